import { AppError, ErrorCode } from "@crewstream/contracts";
import type { RequestHandler } from "express";
import { rateLimit } from "express-rate-limit";
import { identityOf } from "./authenticate.ts";

/**
 * Limits requests per token and minute, counted in this process: with N API processes a token has up to N times as
 * many. The message contains the words that AMP's clients look for in an exhausted quota.
 */
export function limitRate(perMinute: number): RequestHandler {
  if (perMinute === 0) return (_request, _response, next) => next();
  return rateLimit({
    windowMs: 60_000,
    limit: perMinute,
    standardHeaders: "draft-7",
    legacyHeaders: false,
    keyGenerator: (request) => identityOf(request).name,
    handler: () => {
      throw new AppError(
        `Rate limit reached: this token may send ${perMinute} requests per minute. Try again after the seconds in Retry-After.`,
        { code: ErrorCode.rateLimited, retryable: true, details: { limit_per_minute: perMinute } },
      );
    },
  });
}
