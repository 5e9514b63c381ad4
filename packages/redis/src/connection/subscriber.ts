import type { RedisClient } from "./client.ts";
import type { Store } from "../store.ts";

/**
 * A connection of its own for channels. It waits out an outage, also where the store's own would rather fail, and
 * subscribes again by itself; what was told meanwhile is lost. The caller disconnects it.
 * @param purpose for the log: who listens
 */
export function openSubscriber(
  { connections }: Store,
  purpose: string,
  hear: (channel: string, message: string) => void,
): RedisClient {
  const subscriber = connections.open({ role: "subscriber", purpose });
  subscriber.on("message", hear);
  return subscriber;
}
