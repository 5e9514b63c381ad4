import { deliveryId, endpointId, parseDeliveryId } from "@crewstream/contracts";
import { logAttempts } from "./attempt-log.ts";
import type { Settlement } from "./deliveries.ts";
import type { FeedAddress } from "./feeds.ts";
import { partitionOf, type IndexedState } from "./keys.ts";
import type { Store } from "./store.ts";

const states: readonly IndexedState[] = ["retrying", "dead"];

/**
 * Keeps the lists over all executions in step with what was settled: which deliveries are retrying or dead, by
 * partition and by endpoint, and the attempt log. They lie in other slots than the execution, so a crash between can
 * leave them behind; the reconciler repairs that before the execution is retired.
 */
export async function indexSettlements(
  store: Store,
  address: FeedAddress,
  endpoint: string,
  settlements: readonly Settlement[],
): Promise<void> {
  const partition = partitionOf(address.executionId, store.partitions);
  const writes: Promise<unknown>[] = [];
  for (const { record, outcome } of settlements) {
    const id = deliveryId({ ...address, first: record.first });
    if (outcome === "parked" || outcome === "held")
      writes.push(place(store, partition, endpoint, id, "retrying", record.nextAt));
    else if (outcome === "dead") writes.push(place(store, partition, endpoint, id, "dead", Date.now()));
    // The first attempt that went well was never listed: the common case costs nothing here.
    else if (record.attempts > 1) writes.push(unlist(store, partition, endpoint, id));
  }
  const attempts = settlements.flatMap(({ attempt }) => (attempt === undefined ? [] : [attempt]));
  writes.push(logAttempts(store, partition, attempts));
  await Promise.all(writes);
}

/** Lists a delivery under one state, and under no other. */
async function place(
  store: Store,
  partition: number,
  endpoint: string,
  id: string,
  state: IndexedState,
  score: number | undefined,
): Promise<void> {
  const other: IndexedState = state === "dead" ? "retrying" : "dead";
  const { redis, keys } = store;
  const at = score ?? Date.now();
  await Promise.all([
    redis.zadd(keys.deliveryIndex(partition, state), at, id),
    redis.zadd(keys.endpointDeliveries(endpoint, state), at, id),
    redis.zrem(keys.deliveryIndex(partition, other), id),
    redis.zrem(keys.endpointDeliveries(endpoint, other), id),
  ]);
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

/** Lists a delivery of a feed as its record says; for the reconciler. */
export async function relist(
  store: Store,
  address: FeedAddress & { first: number },
  url: string,
  state: IndexedState,
  at: number,
): Promise<void> {
  const partition = partitionOf(address.executionId, store.partitions);
  await place(store, partition, endpointId(new URL(url)), deliveryId(address), state, at);
}

/** Where a listed delivery stands: its id and the score it is ordered by. */
export interface Listed {
  id: string;
  at: number;
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
  const max = options.before === undefined ? "+inf" : String(options.before.at);
  const flat = await store.redis.zrevrangebyscore(
    key,
    max,
    "-inf",
    "WITHSCORES",
    "LIMIT",
    0,
    options.limit + (options.before ? 64 : 0),
  );
  const listed: Listed[] = [];
  for (let i = 0; i + 1 < flat.length; i += 2) listed.push({ id: flat[i] ?? "", at: Number(flat[i + 1]) });
  const { before } = options;
  const rest =
    before === undefined
      ? listed
      : listed.filter(({ id, at }) => at < before.at || (at === before.at && id < before.id));
  return rest.filter(({ id }) => parseDeliveryId(id) !== undefined).slice(0, options.limit);
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
