import type { Logger, Variables } from "@crewstream/service";
import type { RedisConfig } from "./access.ts";
import { createRedis, type Patience, type RedisClient } from "./client.ts";
import { Keys } from "./keys.ts";

/** A connection and the keys of one deployment: what every function of this package works on. */
export interface Store extends AsyncDisposable {
  redis: RedisClient;
  keys: Keys;
  partitions: number;
}

export type StoreConfig = RedisConfig & Pick<Variables, "KEY_PREFIX" | "QUEUE_PARTITIONS">;

/** Opens the store; the caller disposes it. */
export function openStore(config: StoreConfig, options: { patience: Patience; log: Logger; name: string }): Store {
  const redis = createRedis(config, options);
  return {
    redis,
    keys: new Keys(config.KEY_PREFIX),
    partitions: config.QUEUE_PARTITIONS,
    [Symbol.asyncDispose]: () => redis[Symbol.asyncDispose](),
  };
}

/** Whether Redis answers; for readiness. */
export async function ping(store: Store): Promise<boolean> {
  return (await store.redis.ping()) === "PONG";
}
