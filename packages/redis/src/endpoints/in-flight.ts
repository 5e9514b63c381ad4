import { randomUUID } from "node:crypto";
import type { Store } from "../store.ts";

/** A process that has not reported for this long is dead, and so are its requests. */
const timeToLiveMs = 15_000;

/**
 * Publishes how many requests this process has in flight, by endpoint. `announce` is called again every few seconds
 * with the current numbers, which omit endpoints without any.
 */
export function inFlightAnnouncer(store: Store): {
  announce: (counts: ReadonlyMap<string, number>, now: number) => Promise<void>;
} {
  const own = randomUUID().slice(0, 8);
  let told = new Set<string>();
  return {
    async announce(counts, now) {
      const over = [...told].filter((endpoint) => !counts.has(endpoint));
      const writes = [...counts].flatMap(([endpoint, count]) => {
        const key = store.keys.inFlight(endpoint);
        return [
          store.redis.hset(key, own, `${now + timeToLiveMs} ${count}`),
          store.redis.pexpire(key, timeToLiveMs),
          // An endpoint that has never responded is in use, too: it is listed before its first timeout.
          store.redis.zadd(store.keys.endpoints, now, endpoint),
        ];
      });
      await Promise.all([...writes, ...over.map((endpoint) => store.redis.hdel(store.keys.inFlight(endpoint), own))]);
      told = new Set(counts.keys());
    },
  };
}

/** Requests that all processes have in flight to an endpoint, as last reported. */
export async function readInFlight(store: Store, endpoint: string, now: number): Promise<number> {
  const told = await store.redis.hvals(store.keys.inFlight(endpoint));
  return told
    .map((text) => text.split(" ").map(Number))
    .reduce((sum, [until = 0, count = 0]) => (until > now ? sum + count : sum), 0);
}
