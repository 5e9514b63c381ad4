import { Cluster, type ClusterNode, type ClusterOptions, type RedisOptions } from "ioredis";
import { scriptDefinitions } from "../scripts.ts";

/**
 * What commands do during an outage. `forever`: they wait until Redis is back (workers: a run waits instead of
 * failing). `failFast`: they fail within about a second (the API: a client gets its 503 in time).
 */
export type RetryMode = "forever" | "failFast";

/**
 * How often a command follows redirections and retries, by mode. In a slot that is being migrated it gets TRYAGAIN
 * until the migration is over, as most scripts have a key that does not exist; for a dead master it is rejected until
 * the replica takes over: the default of 16 times is used up after 1.6 s. `failFast` gives up within about a second.
 */
const retries = {
  forever: {
    maxRedirections: Number.POSITIVE_INFINITY,
    retryDelayOnFailover: 200,
    retryDelayOnClusterDown: 200,
    retryDelayOnTryAgain: 50,
    // Nodes that briefly disagree would make a command bounce as fast as they answer.
    retryDelayOnMoved: 5,
  },
  failFast: {
    maxRedirections: 16,
    retryDelayOnFailover: 50,
    retryDelayOnClusterDown: 50,
    retryDelayOnTryAgain: 50,
  },
} satisfies Record<RetryMode, ClusterOptions>;

/**
 * A client of a Redis Cluster with retries as `retry` says; `redisOptions` are those of each node. With TLS, names are
 * not resolved beforehand: a certificate is for a name.
 */
export function createCluster(
  nodes: ClusterNode[],
  options: {
    retry: RetryMode;
    natMap: Record<string, { host: string; port: number }> | undefined;
    redisOptions: RedisOptions & { replyMapping: "legacy" };
  },
): Cluster {
  const { retry, natMap, redisOptions } = options;
  return new Cluster(nodes, {
    ...retries[retry],
    redisOptions,
    scripts: scriptDefinitions,
    clusterRetryStrategy: (times: number) => Math.min(100 * times, 1000),
    enableOfflineQueue: retry === "forever",
    slotsRefreshTimeout: 3000,
    ...(natMap === undefined ? {} : { natMap }),
    ...(redisOptions.tls === undefined ? {} : { dnsLookup: (address, callback) => callback(null, address) }),
  });
}
