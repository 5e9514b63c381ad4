import type { RedisConfig } from "./access.ts";

/** Where Redis is, for display: without user and password. */
export function redisAddress(config: RedisConfig): string {
  const list = (nodes: readonly { host: string; port: number }[]): string => nodes.map(hostAndPort).join(", ");
  if (config.REDIS_CLUSTER_NODES !== undefined) return list(config.REDIS_CLUSTER_NODES);
  if (config.REDIS_SENTINELS !== undefined) {
    return `${config.REDIS_SENTINEL_MASTER ?? "?"} of the Sentinels ${list(config.REDIS_SENTINELS)}`;
  }
  if (config.REDIS_URL.startsWith("unix://")) return config.REDIS_URL.slice("unix://".length);
  const { hostname, port } = new URL(config.REDIS_URL);
  return `${hostname}:${port === "" ? "6379" : port}`;
}

function hostAndPort({ host, port }: { host: string; port: number }): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}
