import { randomUUID } from "node:crypto";
import type { Store } from "./store.ts";

/** A process that has not said its numbers for so long is dead, and so are its requests. */
const timeToLiveMs = 15_000;

/**
 * Tells everybody how many requests this process has under way, by endpoint. `announce` is called again every few
 * seconds with what is under way then; endpoints without any are left out of it.
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
          // One that has never answered is in use, too: it is listed before its first timeout.
          store.redis.zadd(store.keys.endpoints, now, endpoint),
        ];
      });
      await Promise.all([...writes, ...over.map((endpoint) => store.redis.hdel(store.keys.inFlight(endpoint), own))]);
      told = new Set(counts.keys());
    },
  };
}

/** Requests that all processes have under way to an endpoint, as they last told. */
export async function readInFlight(store: Store, endpoint: string, now: number): Promise<number> {
  const told = await store.redis.hvals(store.keys.inFlight(endpoint));
  return told
    .map((text) => text.split(" ").map(Number))
    .reduce((sum, [until = 0, count = 0]) => (until > now ? sum + count : sum), 0);
}
