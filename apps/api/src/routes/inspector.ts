import { AppError, ErrorCode } from "@crewstream/contracts";
import { clearInspected, keepInspected, readInspected } from "@crewstream/redis";
import express, { Router, type Request } from "express";
import { z } from "zod";
import type { ApiContext } from "../api-context.ts";
import { requireWhole } from "../auth/visibility.ts";
import { assertSameOrigin } from "../dashboard/same-origin.ts";
import { sessionAuth } from "../dashboard/session-auth.ts";
import { ownHostOnly } from "../inspector/own-host.ts";
import { inspectorPage } from "../inspector/page.ts";
import { inspect } from "../inspector/received.ts";
import { staticText } from "../pages/static-text.ts";
import { authenticate, requireScope } from "../middleware/authenticate.ts";
import { parseInput } from "../middleware/validate.ts";
import { textParam } from "./params.ts";

/** The largest batch that can be configured is 16 MiB. */
const bodyLimitBytes = 17 * 1024 * 1024;
const shownRequests = 200;

const contentSecurityPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const postQuery = z.object({ status: z.coerce.number().int().min(200).max(599).default(200) });

/**
 * A webhook receiver for development, enabled by `INSPECTOR`: `POST /inspector/:name` stores what arrives and responds
 * 200 or `?status=`, `GET` shows it as a page or JSON, `DELETE` deletes it. Without a token, like any receiver.
 */
export function inspectorRoutes(context: ApiContext): Router {
  const router = Router();
  router.use("/inspector", ownHostOnly(context.config));
  router.use("/inspector", (request, _response, next) => {
    // Browsers send at least one of these with every request of a page that writes; senders of webhooks send neither.
    const fromPage = request.get("origin") !== undefined || request.get("sec-fetch-site") !== undefined;
    if (fromPage) assertSameOrigin(request, context.config.PUBLIC_URL);
    next();
  });
  const secrets = context.config.WEBHOOK_SIGNING_SECRET.map((secret) => secret.reveal());
  const raw = express.raw({ limit: bodyLimitBytes, type: () => true });

  router.post("/inspector/:name", raw, async (request, response) => {
    const { status } = parseInput(postQuery, request.query);
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    const kept = inspect({ headers: request.headers, body, secrets, status });
    await keepInspected(context.store, inspectorName(request), kept);
    response.status(status).json({ received: true, verified: kept.verified });
  });

  // It shows what is sent on behalf of every token: if tokens are isolated, only one that may see everything may use
  // it.
  if (context.tokens.areSeparate) {
    router.use("/inspector", sessionAuth(context), authenticate(context), requireScope("read"), requireWhole);
  }

  router.get("/inspector/:name", async (request, response) => {
    const name = inspectorName(request);
    const requests = await readInspected(context.store, name, shownRequests);
    response.setHeader("cache-control", "no-store");
    response.setHeader("vary", "accept");
    if (request.query["format"] === "json" || request.accepts(["html", "json"]) === "json") {
      response.json({ name, requests });
      return;
    }
    response.setHeader("content-security-policy", contentSecurityPolicy);
    response.type("html").send(inspectorPage(name, requests));
  });

  router.delete("/inspector/:name", async (request, response) => {
    await clearInspected(context.store, inspectorName(request));
    response.status(204).end();
  });

  router.get("/inspector.js", staticText(new URL("../inspector/inspector.js", import.meta.url), "text/javascript"));
  router.get("/inspector.css", staticText(new URL("../inspector/inspector.css", import.meta.url), "text/css"));
  return router;
}

function inspectorName(request: Request): string {
  const name = textParam(request, "name");
  if (/^[A-Za-z0-9_.-]{1,100}$/.test(name)) return name;
  throw new AppError("An inspector's name has letters, digits, _, - and ., at most 100.", {
    code: ErrorCode.invalidInput,
  });
}
