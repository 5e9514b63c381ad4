import { readFileSync } from "node:fs";
import type { ConnectionOptions } from "node:tls";
import { AppError, ErrorCode } from "@crewstream/contracts";
import type { redisVariables, Variables } from "@crewstream/service";
import type { RedisOptions } from "ioredis";

/** Where Redis is and how to log in. */
export type RedisConfig = Pick<Variables, keyof typeof redisVariables>;

/**
 * Credentials for Redis, and TLS as configured; the same for each node of a Cluster and behind Sentinels.
 * @throws AppError `configuration` for a file that cannot be read
 */
export function accessOptions(config: RedisConfig): Pick<RedisOptions, "username" | "password" | "tls"> {
  const { REDIS_USERNAME: username, REDIS_PASSWORD: password } = config;
  return {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password: password.reveal() }),
    ...(usesTls(config) ? { tls: tlsOptions(config) } : {}),
  };
}

/** The same for Sentinels, which have their own users and passwords, and then lead to nodes with ours. */
export function sentinelOptions(
  config: RedisConfig,
): Pick<RedisOptions, "sentinelUsername" | "sentinelPassword" | "sentinelTLS" | "enableTLSForSentinelMode" | "natMap"> {
  const { REDIS_SENTINEL_USERNAME: sentinelUsername, REDIS_SENTINEL_PASSWORD: password } = config;
  return {
    ...(sentinelUsername === undefined ? {} : { sentinelUsername }),
    ...(password === undefined ? {} : { sentinelPassword: password.reveal() }),
    enableTLSForSentinelMode: config.REDIS_TLS === true,
    ...((config.REDIS_SENTINEL_TLS ?? config.REDIS_TLS) === true ? { sentinelTLS: tlsOptions(config) } : {}),
    ...(config.REDIS_NAT_MAP === undefined ? {} : { natMap: config.REDIS_NAT_MAP }),
  };
}

/** If nodes are listed, the URL (which has a default) is ignored. */
function usesTls({ REDIS_TLS, REDIS_URL, REDIS_CLUSTER_NODES, REDIS_SENTINELS }: RedisConfig): boolean {
  const single = REDIS_CLUSTER_NODES === undefined && REDIS_SENTINELS === undefined;
  return REDIS_TLS === true || (single && REDIS_URL.startsWith("rediss:"));
}

/** TLS options for Redis; files are read now. */
export function tlsOptions(config: RedisConfig): ConnectionOptions {
  const { REDIS_TLS_SERVERNAME: servername } = config;
  return {
    ...pem("ca", config, "REDIS_TLS_CA_FILE"),
    ...pem("cert", config, "REDIS_TLS_CERT_FILE"),
    ...pem("key", config, "REDIS_TLS_KEY_FILE"),
    ...(servername === undefined ? {} : { servername }),
  };
}

type PemVariable = "REDIS_TLS_CA_FILE" | "REDIS_TLS_CERT_FILE" | "REDIS_TLS_KEY_FILE";

function pem(option: "ca" | "cert" | "key", config: RedisConfig, variable: PemVariable): ConnectionOptions {
  const path = config[variable];
  if (path === undefined) return {};
  try {
    return { [option]: readFileSync(path) };
  } catch (cause) {
    throw new AppError(`${variable}: ${(cause as Error).message}`, { code: ErrorCode.configuration, cause });
  }
}
