import { AppError, ErrorCode } from "@crewstream/contracts";
import type { Request, RequestHandler } from "express";
import type { ApiContext } from "../api-context.ts";
import type { Identity, Scope } from "../auth/tokens.ts";

/** Where a request's client is stored: a map, weak or not, would cost more than the rest of this file. */
const ownIdentity = Symbol("identity");
type Identified = Request & { [ownIdentity]?: Identity };

/** Who sent an authenticated request. */
export function identityOf(request: Request): Identity {
  const identity = knownIdentity(request);
  if (identity === undefined) throw new AppError("The route is not authenticated.", { code: ErrorCode.internal });
  return identity;
}

/** The same for a request that may not be authenticated, for its log line. */
export function knownIdentity(request: Request): Identity | undefined {
  return (request as Identified)[ownIdentity];
}

/**
 * Accepts requests with a known bearer token (RFC 6750); wrong ones are limited, a missing one does not count as a
 * guess.
 */
export function authenticate({ tokens, wrongTokens }: Pick<ApiContext, "tokens" | "wrongTokens">): RequestHandler {
  return (request, response, next) => {
    const header = request.headers.authorization ?? "";
    const token = /^bearer +(\S+) *$/i.exec(header)?.[1];
    const identity = token === undefined ? undefined : tokens.identify(token);
    if (identity !== undefined) {
      (request as Identified)[ownIdentity] = identity;
      next();
      return;
    }
    response.setHeader("www-authenticate", 'Bearer realm="crewstream"');
    if (header === "") next(unauthorized("missing"));
    else wrongTokens(request, response, (limited?: unknown) => next(limited ?? unauthorized("invalid")));
  };
}

function unauthorized(reason: "missing" | "invalid"): AppError {
  return new AppError("Invalid or missing bearer token: send Authorization: Bearer TOKEN, one of API_TOKENS.", {
    code: ErrorCode.unauthorized,
    details: { reason },
  });
}

/** Accepts tokens that have one of these scopes. */
export function requireScope(...allowed: [Scope, ...Scope[]]): RequestHandler {
  return (request, _response, next) => {
    assertScope(identityOf(request), ...allowed);
    next();
  };
}

/** @throws AppError `forbidden` for a token that has none of these scopes */
export function assertScope({ name, scopes }: Identity, ...allowed: [Scope, ...Scope[]]): void {
  if (allowed.some((scope) => scopes.has(scope))) return;
  throw new AppError(`The token "${name}" may not do this: it needs the scope ${allowed.join(" or ")}.`, {
    code: ErrorCode.forbidden,
    details: { needed: allowed, has: [...scopes] },
  });
}
