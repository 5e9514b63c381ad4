import { parseDeliveryId } from "@crewstream/contracts";
import { standsAs } from "./delivery-index.ts";
import type { IndexedState } from "../keys.ts";
import type { Store } from "../store.ts";

const states: readonly IndexedState[] = ["retrying", "dead"];

/** Entries checked per read. */
const window = 200;
/** Endpoints checked per pass. */
const endpointsPerPass = 100;

/**
 * Removes deliveries from the lists if their execution has expired or a crash left them there, trims the attempt logs
 * to the retention, and forgets endpoints that have had no delivery for that long. Otherwise the lists would only grow.
 * @returns how many entries were wrong
 */
export async function tidyDeliveries(store: Store, options: { now: number; retentionMs: number }): Promise<number> {
  const { redis, keys } = store;
  const oldest = options.now - options.retentionMs;
  let tidied = 0;
  for (let partition = 0; partition < store.partitions; partition += 1) {
    for (const state of states) tidied += await tidyList(store, keys.deliveryIndex(partition, state), state);
    await redis.xtrim(keys.attemptLog(partition), "MINID", String(Math.max(0, oldest)));
  }
  for (const endpoint of await someEndpoints(store)) {
    for (const state of states) tidied += await tidyList(store, keys.endpointDeliveries(endpoint, state), state);
    await forgetUnused(store, endpoint, oldest);
  }
  return tidied;
}

/** An endpoint is forgotten only after its last delivery: its lists are found only through it. */
async function forgetUnused(store: Store, endpoint: string, oldest: number): Promise<void> {
  const { redis, keys } = store;
  if (Number(await redis.zscore(keys.endpoints, endpoint)) >= oldest) return;
  const lists = states.map((state) => keys.endpointDeliveries(endpoint, state));
  const left = await Promise.all(lists.map((list) => redis.zcard(list)));
  if (left.every((count) => count === 0)) await redis.zrem(keys.endpoints, endpoint);
}

/** The endpoints unused for longest, which are forgotten next, and a window at a random position. */
async function someEndpoints(store: Store): Promise<Set<string>> {
  const { redis, keys } = store;
  const half = endpointsPerPass / 2;
  const count = await redis.zcard(keys.endpoints);
  const start = Math.floor(Math.random() * Math.max(1, count - half));
  const [first, some] = await Promise.all([
    redis.zrange(keys.endpoints, "0", String(half - 1)),
    redis.zrange(keys.endpoints, String(start), String(start + half - 1)),
  ]);
  return new Set([...first, ...some]);
}

/** The oldest entries for as long as many of them are wrong, and a window at a random position behind them. */
async function tidyList(store: Store, key: string, state: IndexedState): Promise<number> {
  let tidied = 0;
  let seen = 0;
  for (let wrong = window; wrong > window / 2;) {
    ({ wrong, seen } = await tidyWindow(store, key, state, 0));
    tidied += wrong;
  }
  if (seen < window) return tidied;
  const size = await store.redis.zcard(key);
  const some = await tidyWindow(store, key, state, Math.floor(Math.random() * Math.max(1, size - window)));
  return tidied + some.wrong;
}

async function tidyWindow(
  store: Store,
  key: string,
  state: IndexedState,
  start: number,
): Promise<{ wrong: number; seen: number }> {
  const ids = await store.redis.zrange(key, String(start), String(start + window - 1));
  const gone = await Promise.all(ids.map(async (id) => ((await exists(store, id, state)) ? [] : [id])));
  const wrong = gone.flat();
  return { seen: ids.length, wrong: wrong.length === 0 ? 0 : await store.redis.zrem(key, ...wrong) };
}

async function exists(store: Store, id: string, state: IndexedState): Promise<boolean> {
  const address = parseDeliveryId(id);
  return address !== undefined && (await standsAs(store, address, state));
}
