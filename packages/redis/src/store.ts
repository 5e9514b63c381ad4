import type { Logger, Variables } from "@crewstream/service";
import type { RedisConfig } from "./connection/access.ts";
import type { RedisClient } from "./connection/client.ts";
import type { RetryMode } from "./connection/cluster.ts";
import { Connections } from "./connection/connections.ts";
import { Keys } from "./keys.ts";

/** A connection and the keys of one deployment: what every function of this package works on. */
export interface Store extends AsyncDisposable {
  /** For commands that do not block. */
  redis: RedisClient;
  /** Opens further connections, and knows the state of all of them. */
  connections: Connections;
  keys: Keys;
  partitions: number;
}

export type StoreConfig = RedisConfig & Pick<Variables, "KEY_PREFIX" | "QUEUE_PARTITIONS">;

/** Opens the store; the caller disposes it. */
export function openStore(config: StoreConfig, options: { retry: RetryMode; log: Logger; name: string }): Store {
  const keys = new Keys(config.KEY_PREFIX);
  const { retry, log, name } = options;
  const connections = new Connections(config, { log, name, heartbeatChannel: keys.heartbeatChannel });
  const redis = connections.open({ role: "commands", purpose: "store", retry });
  return {
    redis,
    connections,
    keys,
    partitions: config.QUEUE_PARTITIONS,
    async [Symbol.asyncDispose]() {
      connections[Symbol.dispose]();
      await redis[Symbol.asyncDispose]();
    },
  };
}

/** What keeps us from reaching Redis, as a sentence for operators; undefined if it responds. For readiness. */
export async function redisProblem(store: Store): Promise<string | undefined> {
  const { outage } = store.connections;
  // The ping of a store that retries forever would wait until Redis is back.
  if (outage !== undefined) return outage;
  try {
    await store.redis.ping();
    return undefined;
  } catch (error) {
    return store.connections.explain(error);
  }
}
