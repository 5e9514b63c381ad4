import { AppError, ErrorCode } from "@crewstream/contracts";
import { Router, type RequestHandler } from "express";
import type { ApiContext } from "../api-context.ts";
import { requireWhole } from "../auth/visibility.ts";
import { authenticate, requireScope } from "../middleware/authenticate.ts";
import { sessionAuth } from "./session-auth.ts";

/** Bull Board styles its elements inline, which is allowed, and requests a font from Google, which is not. */
const contentSecurityPolicy =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'self'; form-action 'none'; frame-ancestors 'none'";

/**
 * The raw view of the queues under `/dashboard/queues`: Bull Board, read-only, for tokens with the scope `admin`. It
 * knows nothing of events or deliveries; corrections are made on the dashboard's own pages.
 */
export function queueBoard(
  context: Pick<ApiContext, "config" | "cipher" | "store" | "tokens" | "wrongTokens" | "queues">,
): Router {
  const router = Router();
  let board: Promise<RequestHandler> | undefined;
  router.use(sessionAuth(context), authenticate(context), requireScope("admin"), requireWhole, readOnly);
  router.use(async (request, response, next) => {
    response.setHeader("content-security-policy", contentSecurityPolicy);
    // Loaded when it is first requested: few processes ever show it.
    board ??= openBoard(context);
    (await board)(request, response, next);
  });
  return router;
}

/** Bull Board's other functions need another method. */
const readOnly: RequestHandler = (request, _response, next) => {
  if (request.method === "GET" || request.method === "HEAD") return next();
  throw new AppError("The view of the queues is read-only.", { code: ErrorCode.forbidden });
};

async function openBoard({ config, queues }: Pick<ApiContext, "config" | "queues">): Promise<RequestHandler> {
  const [{ createBullBoard }, { BullMQAdapter }, { ExpressAdapter }] = await Promise.all([
    import("@bull-board/api"),
    import("@bull-board/api/bullMQAdapter"),
    import("@bull-board/express"),
  ]);
  const prefix = config.PUBLIC_URL === undefined ? "" : new URL(config.PUBLIC_URL).pathname.replace(/\/$/, "");
  const serverAdapter = new ExpressAdapter();
  serverAdapter.setBasePath(`${prefix}/dashboard/queues`);
  createBullBoard({
    queues: queues.all().map((queue) => new BullMQAdapter(queue, { readOnlyMode: true })),
    serverAdapter,
    options: { uiConfig: { boardTitle: "crewstream queues" } },
  });
  return serverAdapter.getRouter();
}
