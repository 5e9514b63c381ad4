import { Cluster, type ClusterNode, type ClusterOptions, type RedisOptions } from "ioredis";
import { scriptDefinitions } from "../scripts.ts";

/**
 * How a process wants to live with an outage. `patient` commands wait until Redis is back (workers: a run waits
 * rather than failing). `impatient` ones fail within about a second (the API: a client gets its 503 in time).
 */
export type Patience = "patient" | "impatient";

/**
 * How often a command follows redirections and retries, by patience. One in a slot that is being moved gets TRYAGAIN
 * until the move is over, as most scripts have a key that does not exist; one of a dead master is refused until its
 * replica takes over: the default of 16 times is over after 1.6 s. An impatient one gives up within about a second.
 */
const retries = {
  patient: {
    maxRedirections: Number.POSITIVE_INFINITY,
    retryDelayOnFailover: 200,
    retryDelayOnClusterDown: 200,
    retryDelayOnTryAgain: 50,
    // Nodes that disagree for a moment would keep a command bouncing as fast as they answer.
    retryDelayOnMoved: 5,
  },
  impatient: {
    maxRedirections: 16,
    retryDelayOnFailover: 50,
    retryDelayOnClusterDown: 50,
    retryDelayOnTryAgain: 50,
  },
} satisfies Record<Patience, ClusterOptions>;

/**
 * A client of a Redis Cluster that waits for it, or fails soon, as `patience` says; `redisOptions` are those of a node.
 * With TLS names are not resolved beforehand: a certificate is for the name.
 */
export function createCluster(
  nodes: ClusterNode[],
  options: {
    patience: Patience;
    natMap: Record<string, { host: string; port: number }> | undefined;
    redisOptions: RedisOptions & { replyMapping: "legacy" };
  },
): Cluster {
  const { patience, natMap, redisOptions } = options;
  return new Cluster(nodes, {
    ...retries[patience],
    redisOptions,
    scripts: scriptDefinitions,
    clusterRetryStrategy: (times: number) => Math.min(100 * times, 1000),
    enableOfflineQueue: patience === "patient",
    slotsRefreshTimeout: 3000,
    ...(natMap === undefined ? {} : { natMap }),
    ...(redisOptions.tls === undefined ? {} : { dnsLookup: (address, callback) => callback(null, address) }),
  });
}
