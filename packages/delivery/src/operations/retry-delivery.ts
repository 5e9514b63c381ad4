import { deliveryId, endpointId, parseDeliveryId, type DeliveryAddress } from "@crewstream/contracts";
import {
  discardDelivery,
  partitionOf,
  probeSoon,
  readDeadLetter,
  readFeed,
  readOpenDelivery,
  relist,
  reviveDelivery,
  unlist,
  type DeliveryRecord,
  type Store,
} from "@crewstream/redis";
import type { DeliveryQueues } from "../context.ts";

/** What a person's wish about one delivery came to. */
export type OperationResult = "done" | "not_found" | "in_flight";

/** What operations work with; no HTTP client: they only make work due. */
export interface OperationsContext {
  store: Store;
  queues: DeliveryQueues;
}

/**
 * Makes a parked delivery or a dead letter due now, with its retry schedule from the beginning. Its `webhook-id` and
 * bytes stay; `webhook-attempt` goes on counting.
 */
export async function retryNow(context: OperationsContext, id: string, now: number): Promise<OperationResult> {
  const address = parseDeliveryId(id);
  if (address === undefined) return "not_found";
  const { first, ...feed } = address;
  const open = await readOpenDelivery(context.store, feed, first);
  if (open?.state === "sealed") return "in_flight";
  const dead = open === undefined ? await readDeadLetter(context.store, feed, first) : undefined;
  const found: DeliveryRecord | undefined = open === undefined ? dead : withoutState(open);
  const state = await readFeed(context.store, feed);
  if (found === undefined || state === undefined) return "not_found";
  const record = { ...found, nextAt: now, scheduleFrom: found.attempts, revivedAt: now };
  if (!(await reviveDelivery(context.store, feed, record, dead === undefined ? "parked" : "dead"))) return "not_found";
  await relist(context.store, address, state.subscription.url, "retrying", now);
  await probeSoon(context.store, endpointId(new URL(state.subscription.url)));
  await context.queues.scheduleRetry(address, { delayMs: 0, replace: true });
  return "done";
}

/** Drops a parked delivery or a dead letter for good. */
export async function discard(context: OperationsContext, id: string): Promise<OperationResult> {
  const address = parseDeliveryId(id);
  if (address === undefined) return "not_found";
  const { first, ...feed } = address;
  const state = await readFeed(context.store, feed);
  if (state === undefined) return "not_found";
  if (!(await discardDelivery(context.store, feed, first))) {
    const open = await readOpenDelivery(context.store, feed, first);
    return open?.state === "sealed" ? "in_flight" : "not_found";
  }
  await forget(context.store, address, state.subscription.url);
  await context.queues.wakeFeed(feed, { delayMs: 0 });
  return "done";
}

/** Takes a delivery off the lists. */
async function forget(store: Store, address: DeliveryAddress, url: string): Promise<void> {
  const partition = partitionOf(address.executionId, store.partitions);
  await unlist(store, partition, endpointId(new URL(url)), deliveryId(address));
}

function withoutState({
  state: _,
  ...record
}: NonNullable<Awaited<ReturnType<typeof readOpenDelivery>>>): DeliveryRecord {
  return record;
}
