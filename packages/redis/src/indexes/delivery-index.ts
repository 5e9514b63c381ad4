import { deliveryId, endpointId, type ExecutionId } from "@crewstream/contracts";
import type { Settlement } from "../feeds/deliveries.ts";
import type { SettlementEffect } from "../feeds/advance-feed.ts";
import { readDeadFirsts, readFeed, type FeedAddress } from "../feeds/feeds.ts";
import { partitionOf, type IndexedState } from "../keys.ts";
import { readNewest, type Listed } from "./newest.ts";
import type { Store } from "../store.ts";

/** Deliveries that are looked up with one command. */
const relistPage = 500;

const states: readonly IndexedState[] = ["retrying", "dead"];

/**
 * Keeps the deployment-wide lists in step with what was settled: which deliveries are retrying or dead, by partition
 * and by endpoint. The lists are in other slots than the execution, so a crash in between can leave them behind; the
 * reconciler repairs that before the execution is retired.
 * @param effects what the settlements did in the feed; what had no effect there is not listed
 */
export async function indexSettlements(
  store: Store,
  address: FeedAddress,
  endpoint: string,
  settlements: readonly Settlement[],
  effects?: readonly SettlementEffect[],
): Promise<void> {
  const partition = partitionOf(address.executionId, store.partitions);
  const writes: Promise<unknown>[] = [];
  for (const [index, { record, outcome }] of settlements.entries()) {
    const id = deliveryId({ ...address, first: record.first });
    const effect = effects?.[index] ?? "settled";
    if (outcome === "delivered") {
      // A delivery whose first attempt succeeded was never listed: the common case costs nothing here.
      if (record.attempts > 1 || effect !== "settled") writes.push(unlist(store, partition, endpoint, id));
    } else if (effect === "none") continue;
    else if (outcome === "dead")
      writes.push(place(store, { ...address, first: record.first }, endpoint, "dead", Date.now()));
    else writes.push(place(store, { ...address, first: record.first }, endpoint, "retrying", record.nextAt));
  }
  await Promise.all(writes);
}

/**
 * Lists a delivery under one state, and under no other. Another process may settle it between the write to the feed and
 * this one, and clear the lists before we write to them. So the feed is read again afterwards, and the lists are
 * written until they agree with it.
 */
async function place(
  store: Store,
  address: FeedAddress & { first: number },
  endpoint: string,
  state: IndexedState,
  score: number | undefined,
): Promise<void> {
  const partition = partitionOf(address.executionId, store.partitions);
  const id = deliveryId(address);
  const at = score ?? Date.now();
  for (let listed: IndexedState | undefined = state; ;) {
    if (listed === undefined) return unlist(store, partition, endpoint, id);
    await listUnder(store, partition, endpoint, { id, at }, listed);
    const now = await stateOf(store, address);
    if (now === listed) return;
    listed = now;
  }
}

async function listUnder(
  { redis, keys }: Store,
  partition: number,
  endpoint: string,
  { id, at }: Listed,
  state: IndexedState,
): Promise<void> {
  const other: IndexedState = state === "dead" ? "retrying" : "dead";
  await Promise.all([
    redis.zadd(keys.deliveryIndex(partition, state), at, id),
    redis.zadd(keys.endpointDeliveries(endpoint, state), at, id),
    redis.zrem(keys.deliveryIndex(partition, other), id),
    redis.zrem(keys.endpointDeliveries(endpoint, other), id),
  ]);
}

/** The list that a delivery belongs to according to its feed; undefined if it was acknowledged or discarded. */
async function stateOf(store: Store, address: FeedAddress & { first: number }): Promise<IndexedState | undefined> {
  const stands = await Promise.all(states.map((state) => standsAs(store, address, state)));
  return states.find((_, index) => stands[index]);
}

/** Whether its feed has a delivery in a state: among the open ones, or among the dead letters. */
export async function standsAs(
  store: Store,
  { executionId, feed, first }: FeedAddress & { first: number },
  state: IndexedState,
): Promise<boolean> {
  const { open, dead } = store.keys.execution(executionId).feed(feed);
  return (await store.redis.hexists(state === "dead" ? dead : open, String(first))) === 1;
}

/** Takes a delivery off all lists: it was acknowledged, discarded, or has expired. */
export async function unlist(store: Store, partition: number, endpoint: string, id: string): Promise<void> {
  const { redis, keys } = store;
  await Promise.all(
    states.flatMap((state) => [
      redis.zrem(keys.deliveryIndex(partition, state), id),
      redis.zrem(keys.endpointDeliveries(endpoint, state), id),
    ]),
  );
}

/** Lists a delivery whose next attempt was brought forward, or which a person has retried. */
export async function relist(
  store: Store,
  address: FeedAddress & { first: number },
  url: string,
  state: IndexedState,
  at: number,
): Promise<void> {
  await place(store, address, endpointId(new URL(url)), state, at);
}

/**
 * Lists those deliveries of a feed that are missing from the lists; for the reconciler. Costs two commands if none is
 * missing.
 * @param options.at when each entered its state (ms), by its first sequence
 */
export async function relistMissing(
  store: Store,
  address: FeedAddress,
  options: { url: string; state: IndexedState; at: ReadonlyMap<number, number> },
): Promise<void> {
  const { url, state, at } = options;
  if (at.size === 0) return;
  const { redis, keys } = store;
  const partition = partitionOf(address.executionId, store.partitions);
  const endpoint = endpointId(new URL(url));
  const entries = [...at].map(([first, time]) => ({ first, id: deliveryId({ ...address, first }), time }));
  const ids = entries.map(({ id }) => id);
  const [all, own] = await Promise.all([
    redis.zmscore(keys.deliveryIndex(partition, state), ...ids),
    redis.zmscore(keys.endpointDeliveries(endpoint, state), ...ids),
  ]);
  const missing = entries.filter((_, index) => all[index] === null || own[index] === null);
  await Promise.all(missing.map(({ first, time }) => place(store, { ...address, first }, endpoint, state, time)));
}

/** {@link relistMissing} for the dead letters of all feeds of an execution; most have none. */
export async function relistDead(store: Store, executionId: ExecutionId, feeds: number): Promise<void> {
  const addresses = Array.from({ length: feeds }, (_, feed) => ({ executionId, feed }));
  const letters = await Promise.all(addresses.map((address) => readDeadFirsts(store, address)));
  const at = Date.now();
  for (const [feed, dead] of letters.entries()) {
    const address = { executionId, feed };
    const state = dead.length === 0 ? undefined : await readFeed(store, address);
    if (state === undefined) continue;
    const { url } = state.subscription;
    for (let start = 0; start < dead.length; start += relistPage) {
      const page = new Map(dead.slice(start, start + relistPage).map((first) => [first, at]));
      await relistMissing(store, address, { url, state: "dead", at: page });
    }
  }
}

/** Listed deliveries of a partition (or of an endpoint) in a state, newest first, strictly before `before`. */
export async function listDeliveries(
  store: Store,
  scope: { partition: number } | { endpoint: string },
  state: IndexedState,
  options: { before?: Listed | undefined; limit: number },
): Promise<Listed[]> {
  const key =
    "endpoint" in scope
      ? store.keys.endpointDeliveries(scope.endpoint, state)
      : store.keys.deliveryIndex(scope.partition, state);
  return readNewest(store, key, options);
}

/** How many deliveries are listed in a state: of all partitions, or of an endpoint. */
export async function countDeliveries(store: Store, state: IndexedState, endpoint?: string): Promise<number> {
  if (endpoint !== undefined) return store.redis.zcard(store.keys.endpointDeliveries(endpoint, state));
  const counts = await Promise.all(
    Array.from({ length: store.partitions }, (_, partition) =>
      store.redis.zcard(store.keys.deliveryIndex(partition, state)),
    ),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}
