import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { AppError, ErrorCode } from "@crewstream/contracts";
import express, { Router, type RequestHandler } from "express";

/** The build output of `apps/dashboard`. */
const dist = fileURLToPath(new URL("../../../dashboard/dist/", import.meta.url));

/** Scripts, styles and data only from this origin; nothing inline, no plugins, no embedding in frames. */
export const contentSecurityPolicy =
  "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const encodings = [
  ["br", ".br"],
  ["gzip", ".gz"],
] as const;

/** The dashboard's files. Names of assets contain a hash of their content, so a browser requests each once. */
export function dashboardAssets(): Router {
  const router = Router();
  router.use(
    "/assets",
    precompressed("assets"),
    serve("assets", { immutable: true, maxAge: "1y", fallthrough: false }),
  );
  router.get("/", (request, response, next) => {
    // Relative URLs in the page need the trailing slash; a relative redirect works under any prefix.
    if (!request.originalUrl.split("?")[0]?.endsWith("/")) {
      response.redirect(308, "dashboard/");
      return;
    }
    if (!existsSync(join(dist, "index.html"))) throw notBuilt();
    response.setHeader("content-security-policy", contentSecurityPolicy);
    response.setHeader("cache-control", "no-cache");
    next();
  });
  router.use(serve("", { index: "index.html", cacheControl: false, redirect: false }));
  return router;
}

function serve(folder: string, options: Parameters<typeof express.static>[1]): RequestHandler {
  return express.static(join(dist, folder), { dotfiles: "ignore", ...options });
}

/** Sends files that the build has compressed, to clients that accept that. */
function precompressed(folder: string): RequestHandler {
  return (request, response, next) => {
    response.setHeader("vary", "accept-encoding");
    for (const [encoding, suffix] of encodings) {
      const isKnown = /^\/[\w.-]+$/.test(request.path) && existsSync(join(dist, folder, request.path + suffix));
      if (request.acceptsEncodings(encoding) !== encoding || !isKnown) continue;
      response.type(request.path.slice(request.path.lastIndexOf(".")));
      response.setHeader("content-encoding", encoding);
      request.url = request.path + suffix;
      break;
    }
    next();
  };
}

function notBuilt(): AppError {
  return new AppError("The dashboard is not built here: run `npm run build`, then load this page again.", {
    code: ErrorCode.notFound,
  });
}
