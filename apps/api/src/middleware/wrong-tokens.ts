import { AppError, ErrorCode } from "@crewstream/contracts";
import type { RequestHandler } from "express";
import { rateLimit } from "express-rate-limit";

/** Wrong tokens per address and minute that are answered as such. Guessing a generated one is hopeless anyway. */
const wrongTokensPerMinute = 30;

/**
 * Runs for a request whose token was found to be wrong; lets the first ones of an address per minute through to their
 * 401. A right token never gets here: neither a proxy that many clients share nor a page that makes browsers send
 * requests can lock its owner out.
 */
export function limitWrongTokens(): RequestHandler {
  return rateLimit({
    windowMs: 60_000,
    limit: wrongTokensPerMinute,
    standardHeaders: "draft-7",
    legacyHeaders: false,
    // Behind a proxy all clients share its address, which is the strictest case: there is nothing to warn about.
    validate: { xForwardedForHeader: false },
    handler: () => {
      throw new AppError(
        "Too many wrong tokens came from your address. Check your token: a right one is accepted at any time.",
        { code: ErrorCode.rateLimited, retryable: true, details: { limit_per_minute: wrongTokensPerMinute } },
      );
    },
  });
}
