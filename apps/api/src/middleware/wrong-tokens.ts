import { AppError, ErrorCode } from "@crewstream/contracts";
import type { RequestHandler } from "express";
import { rateLimit } from "express-rate-limit";

/** Wrong tokens per address and minute that are answered as such. Guessing a generated one is hopeless anyway. */
const wrongTokensPerMinute = 30;

/**
 * What a request goes through once its token was found to be wrong; passes the first ones of an address per minute on.
 * A right token never comes here: neither a proxy that many clients share nor a page that makes browsers send requests
 * can keep its owner out.
 */
export function limitWrongTokens(): RequestHandler {
  return rateLimit({
    windowMs: 60_000,
    limit: wrongTokensPerMinute,
    standardHeaders: "draft-7",
    legacyHeaders: false,
    // Behind a proxy all clients share its address, which is as strict as it gets: nothing to warn of.
    validate: { xForwardedForHeader: false },
    handler: () => {
      throw new AppError(
        "Too many wrong tokens came from your address. Check your token: a right one is accepted at any time.",
        { code: ErrorCode.rateLimited, retryable: true, details: { limit_per_minute: wrongTokensPerMinute } },
      );
    },
  });
}
