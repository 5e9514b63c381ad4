import { AppError, ErrorCode, waitAtMost } from "@crewstream/contracts";
import { Redis, type Cluster, type RedisOptions } from "ioredis";
import { accessOptions, sentinelOptions, type RedisConfig } from "./access.ts";
import { scriptDefinitions } from "../scripts.ts";
import { createCluster, type RetryMode } from "./cluster.ts";
import { gatherWrites } from "./gather-writes.ts";

export type RedisClient = (Redis | Cluster) & AsyncDisposable;

/** Map replies as flat lists, the same in both protocol versions; ioredis's overloads need it declared. */
const legacyReplies = { replyMapping: "legacy" } as const;

/** A server that has not acknowledged QUIT by then is disconnected. */
const maxQuitMs = 1000;

const retryOptions = {
  forever: { maxRetriesPerRequest: null, enableOfflineQueue: true },
  // Without an offline queue a command fails at once if there is no connection; the timeout is for a server that is
  // connected but does not respond.
  failFast: {
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    commandTimeout: 1500,
    autoResendUnfulfilledCommands: false,
  },
} satisfies Record<RetryMode, RedisOptions>;

/** For a Sentinel that is connected but does not respond: the next one is tried. */
const sentinelCommandTimeout = 5000;

/**
 * Connects as configured: Cluster, Sentinel or a single server. Reconnects forever with at most a second between
 * attempts, also after a failover, when the old master answers READONLY. Returns before the connection is established.
 */
export function createRedis(config: RedisConfig, options: { retry: RetryMode; name: string }): RedisClient {
  const common = {
    ...legacyReplies,
    ...retryOptions[options.retry],
    ...accessOptions(config),
    connectionName: options.name,
    retryStrategy: (times: number) => Math.min(50 * 2 ** Math.min(times, 5), 1000),
    reconnectOnError: (error: Error): 2 | false => (error.message.startsWith("READONLY") ? 2 : false),
    maxLoadingRetryTime: 1000,
    scripts: scriptDefinitions,
  };
  const client = connect(config, options.retry, common satisfies RedisOptions);
  gatherWrites(client);
  // Without a listener a lost connection would end the process.
  client.on("error", () => undefined);
  return Object.assign(client, {
    async [Symbol.asyncDispose]() {
      // `quit` waits for pending replies; if the server is gone, it would wait forever.
      if (client.status === "ready")
        await waitAtMost(
          client.quit().catch(() => undefined),
          maxQuitMs,
        );
      client.disconnect();
    },
  });
}

function connect(config: RedisConfig, retry: RetryMode, common: RedisOptions & typeof legacyReplies): Redis | Cluster {
  if (config.REDIS_CLUSTER_NODES !== undefined) {
    return createCluster(config.REDIS_CLUSTER_NODES, { retry, natMap: config.REDIS_NAT_MAP, redisOptions: common });
  }
  if (config.REDIS_SENTINELS !== undefined) {
    if (config.REDIS_SENTINEL_MASTER === undefined) {
      throw new AppError("REDIS_SENTINELS needs REDIS_SENTINEL_MASTER, the name of the watched master.", {
        code: ErrorCode.configuration,
      });
    }
    const master = { sentinels: config.REDIS_SENTINELS, name: config.REDIS_SENTINEL_MASTER };
    return new Redis({ ...common, ...sentinelOptions(config), ...master, sentinelCommandTimeout });
  }
  if (config.REDIS_URL.startsWith("unix://")) return new Redis(config.REDIS_URL.slice("unix://".length), common);
  // A `rediss` URL would override our TLS options, which include the files.
  return new Redis(config.REDIS_URL.replace(/^rediss:/, "redis:"), common);
}
