import { randomBytes } from "node:crypto";
import { BlockList, isIP } from "node:net";
import { AppError, ErrorCode } from "@crewstream/contracts";
import type { Logger } from "@crewstream/service";
import type { ApiConfig } from "../config.ts";
import { AccessTokens } from "./tokens.ts";

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

/**
 * The tokens of this process. Without `API_TOKENS` one is made up and shown once, in the `api.token` log line; that is
 * for a person at this machine, so a host that others can reach is refused then.
 */
export function startupTokens(config: ApiConfig, log: Logger): AccessTokens {
  if (config.API_TOKENS !== undefined) return new AccessTokens(config.API_TOKENS.reveal());
  if (!isLoopback(config.HOST)) {
    throw new AppError(
      `HOST is ${config.HOST}, which others can reach, and API_TOKENS is not set. ` +
        `Set API_TOKENS (make a token with \`openssl rand -hex 24\`), or listen on 127.0.0.1.`,
      { code: ErrorCode.configuration },
    );
  }
  const token = randomBytes(24).toString("hex");
  // The field is not called `token`: the logger hides those.
  log.info({ bearer: token }, "api.token");
  return new AccessTokens(token);
}

function isLoopback(host: string): boolean {
  if (host === "localhost") return true;
  const family = isIP(host);
  return family !== 0 && loopback.check(host, family === 6 ? "ipv6" : "ipv4");
}
