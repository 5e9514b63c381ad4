import type { Listed } from "./delivery-index.ts";
import { readNewest } from "./newest.ts";
import type { Store } from "./store.ts";

/** Endpoints that were delivered to, the latest first, strictly before `before`. */
export async function listEndpoints(
  store: Store,
  options: { before?: Listed | undefined; limit: number },
): Promise<Listed[]> {
  return readNewest(store, store.keys.endpoints, options);
}

/** When an endpoint was last delivered to, in ms; undefined for one that never was. */
export async function endpointUsedAt(store: Store, endpoint: string): Promise<number | undefined> {
  const score = await store.redis.zscore(store.keys.endpoints, endpoint);
  return score === null ? undefined : Number(score);
}
