import { randomBytes } from "node:crypto";
import { AppError, ErrorCode } from "@crewstream/contracts";
import type { Logger } from "@crewstream/service";
import type { ApiConfig } from "../config.ts";
import { isLoopback } from "../loopback.ts";
import { AccessTokens } from "./tokens.ts";

/**
 * The tokens of this process. Without `API_TOKENS` one is generated and shown once, in the `api.token` log line; that
 * is meant for a person at this machine, so a host that others can reach is rejected then.
 */
export function startupTokens(config: ApiConfig, log: Logger): AccessTokens {
  if (config.API_TOKENS !== undefined) {
    const tokens = new AccessTokens(config.API_TOKENS.reveal());
    if (tokens.short.length > 0) log.warn({ items: tokens.short }, "api.short_tokens");
    return tokens;
  }
  if (!isLoopback(config.HOST)) {
    throw new AppError(
      `HOST is ${config.HOST}, which others can reach, and API_TOKENS is not set. ` +
        `Set API_TOKENS (make a token with \`openssl rand -hex 24\`), or listen on 127.0.0.1.`,
      { code: ErrorCode.configuration },
    );
  }
  const token = randomBytes(24).toString("hex");
  // The field is not called `token`, as the logger hides those.
  log.info({ bearer: token }, "api.token");
  return new AccessTokens(token);
}
