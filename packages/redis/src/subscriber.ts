import type { Cluster, Redis } from "ioredis";
import type { Store } from "./store.ts";

/**
 * A connection of its own for channels. It waits out an outage, also where the store's own would rather fail, and
 * subscribes again by itself; what was told meanwhile is lost. The caller disconnects it.
 */
export function openSubscriber({ redis }: Store, hear: (channel: string, message: string) => void): Redis | Cluster {
  const patient = { enableOfflineQueue: true, maxRetriesPerRequest: null, autoResendUnfulfilledCommands: true };
  const subscriber =
    "nodes" in redis ? redis.duplicate(undefined, { enableOfflineQueue: true }) : redis.duplicate(patient);
  // The store's own connection tells of an outage.
  subscriber.on("error", () => undefined);
  subscriber.on("message", hear);
  return subscriber;
}
