import { AppError, ErrorCode } from "@crewstream/contracts";
import { revokeSession } from "@crewstream/redis";
import { Router, type Request, type RequestHandler } from "express";
import { z } from "zod";
import type { ApiContext } from "../api-context.ts";
import { ownScope, type Identity } from "../auth/tokens.ts";
import { jsonBodyUpTo } from "../middleware/json-body.ts";
import { parseInput } from "../middleware/validate.ts";
import { dashboardAssets } from "./assets.ts";
import { queueBoard } from "./queue-board.ts";
import { assertSameOrigin } from "./same-origin.ts";
import { openSession, sealSession, type Session } from "./session.ts";
import { clearSessionCookie, isSecure, readSessionCookie, writeSessionCookie } from "./session-cookie.ts";

const loginSchema = z.object({
  token: z.string("the API token, as text").trim().min(1, "must not be empty").max(4096),
});

/** A token and its name: limits what an unauthenticated client can make us parse. */
const loginLimitBytes = 16 * 1024;

/**
 * The dashboard under `/dashboard`: its files, and its session. `POST /login {token}` begins one, `GET /session`
 * returns whose it is, `POST /logout` ends it. The token is in no URL, and the page's scripts never see it again.
 */
export function dashboardRoutes(context: ApiContext): Router {
  const { config, cipher, store, tokens } = context;
  const router = Router();
  const secure = isSecure(config.PUBLIC_URL);
  const fromUs: RequestHandler = (request, _response, next) => {
    assertSameOrigin(request, config.PUBLIC_URL);
    next();
  };
  const sessionOf = async (request: Request): Promise<Session | undefined> => {
    const cookie = readSessionCookie(request, secure);
    return cookie === undefined ? undefined : openSession(context, cookie, Date.now());
  };

  router.use(["/login", "/logout", "/session"], (_request, response, next) => {
    response.setHeader("cache-control", "no-store");
    next();
  });
  const signIn: RequestHandler = (request, response, next) => {
    const { token } = parseInput(loginSchema, request.body);
    const identity = tokens.identify(token);
    if (identity === undefined) return next();
    writeSessionCookie(response, sealSession(cipher, token, Date.now()), secure);
    response.json(sessionView(identity));
  };
  // Nothing is counted before a token has been found to be wrong: other sites' requests and wrong tokens lock nobody
  // out.
  router.post("/login", fromUs, jsonBodyUpTo(loginLimitBytes), signIn, context.wrongTokens, () => {
    throw new AppError("This token is not one of the server's API_TOKENS: check that you copied all of it.", {
      code: ErrorCode.unauthorized,
      details: { reason: "invalid" },
    });
  });
  router.post("/logout", fromUs, async (request, response) => {
    // First, so that the browser deletes it even if Redis cannot be reached.
    clearSessionCookie(response, secure);
    const session = await sessionOf(request);
    if (session !== undefined) await revokeSession(store, session.id, session.until - Date.now());
    response.status(204).end();
  });
  router.get("/session", async (request, response) => {
    const session = await sessionOf(request);
    const identity = session === undefined ? undefined : tokens.identify(session.token);
    // A cookie without a session belongs to one that has ended: by time, by removal of its token, or by another key.
    const ended = readSessionCookie(request, secure) !== undefined;
    response.json(identity === undefined ? { signed_in: false, ended } : sessionView(identity));
  });
  router.use("/queues", queueBoard(context));
  router.use(dashboardAssets());
  return router;
}

function sessionView({ name, scopes, own }: Identity): Record<string, unknown> {
  return { signed_in: true, name, scopes: own ? [...scopes, ownScope] : [...scopes] };
}
