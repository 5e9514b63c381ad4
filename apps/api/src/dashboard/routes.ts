import { AppError, ErrorCode } from "@crewstream/contracts";
import { revokeSession } from "@crewstream/redis";
import { Router, type Request, type RequestHandler, type Response } from "express";
import { rateLimit } from "express-rate-limit";
import { z } from "zod";
import type { ApiContext } from "../api-context.ts";
import type { Identity } from "../auth/tokens.ts";
import { jsonBody } from "../middleware/json-body.ts";
import { parseInput } from "../middleware/validate.ts";
import { dashboardAssets } from "./assets.ts";
import { queueBoard } from "./queue-board.ts";
import { assertSameOrigin } from "./same-origin.ts";
import { openSession, sealSession, type Session } from "./session.ts";
import { clearSessionCookie, isSecure, readSessionCookie, writeSessionCookie } from "./session-cookie.ts";

const loginSchema = z.object({
  token: z.string("the API token, as text").trim().min(1, "must not be empty").max(4096),
});

/** Wrong tokens per address and minute: guessing is hopeless anyway, this keeps it out of the log. */
const loginsPerMinute = 30;

/**
 * The dashboard under `/dashboard`: its files, and its session. `POST /login {token}` begins one, `GET /session` says
 * whose it is, `POST /logout` ends it. The token is in no URL, and the page's scripts never see it again.
 */
export function dashboardRoutes(context: ApiContext): Router {
  const { config, cipher, store, tokens } = context;
  const router = Router();
  const secure = isSecure(config.PUBLIC_URL);
  const limit: RequestHandler = rateLimit({
    windowMs: 60_000,
    limit: loginsPerMinute,
    skipSuccessfulRequests: true,
    standardHeaders: "draft-7",
    legacyHeaders: false,
    // Behind a proxy all clients share its address, which is as strict as it gets: nothing to warn of.
    validate: { xForwardedForHeader: false },
    handler: () => {
      throw new AppError("Too many sign-ins failed from your address: wait a minute.", {
        code: ErrorCode.rateLimited,
        retryable: true,
      });
    },
  });

  const sessionOf = async (request: Request): Promise<Session | undefined> => {
    const cookie = readSessionCookie(request, secure);
    return cookie === undefined ? undefined : openSession(context, cookie, Date.now());
  };

  router.use(["/login", "/logout", "/session"], (_request, response, next) => {
    response.setHeader("cache-control", "no-store");
    next();
  });
  router.post("/login", limit, jsonBody, (request: Request, response: Response) => {
    assertSameOrigin(request, config.PUBLIC_URL);
    const { token } = parseInput(loginSchema, request.body);
    const identity = tokens.identify(token);
    if (identity === undefined) {
      throw new AppError("This token is not one of the server's API_TOKENS: check that you copied all of it.", {
        code: ErrorCode.unauthorized,
        details: { reason: "invalid" },
      });
    }
    writeSessionCookie(response, sealSession(cipher, token, Date.now()), secure);
    response.json(sessionView(identity));
  });
  router.post("/logout", async (request, response) => {
    assertSameOrigin(request, config.PUBLIC_URL);
    // First, so that the browser forgets it also when Redis cannot be told.
    clearSessionCookie(response, secure);
    const session = await sessionOf(request);
    if (session !== undefined) await revokeSession(store, session.id, session.until - Date.now());
    response.status(204).end();
  });
  router.get("/session", async (request, response) => {
    const session = await sessionOf(request);
    const identity = session === undefined ? undefined : tokens.identify(session.token);
    response.json(identity === undefined ? { signed_in: false } : sessionView(identity));
  });
  router.use("/queues", queueBoard(context));
  router.use(dashboardAssets());
  return router;
}

function sessionView({ name, scopes }: Identity): Record<string, unknown> {
  return { signed_in: true, name, scopes: [...scopes] };
}
