import type { NextFunction, Request, RequestHandler } from "express";
import type { ApiContext } from "../api-context.ts";
import { assertSameOrigin } from "./same-origin.ts";
import { openSession } from "./session.ts";
import { isSecure, readSessionCookie } from "./session-cookie.ts";

/**
 * Lets the dashboard's pages call the API: a request with its session cookie is treated as if it had sent the session's
 * token. A request with its own `Authorization` is unchanged.
 */
export function sessionAuth(context: Pick<ApiContext, "config" | "cipher" | "store">): RequestHandler {
  const { config } = context;
  const secure = isSecure(config.PUBLIC_URL);
  const enter = async (request: Request, cookie: string, next: NextFunction): Promise<void> => {
    const session = await openSession(context, cookie, Date.now());
    if (session !== undefined) {
      assertSameOrigin(request, config.PUBLIC_URL);
      request.headers.authorization = `Bearer ${session.token}`;
    }
    next();
  };
  return (request, _response, next) => {
    const cookie = request.headers.authorization === undefined ? readSessionCookie(request, secure) : undefined;
    return cookie === undefined ? next() : enter(request, cookie, next);
  };
}
