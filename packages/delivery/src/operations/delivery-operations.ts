import { deliveryId, endpointId, parseDeliveryId } from "@crewstream/contracts";
import {
  allowProbe,
  discardDelivery,
  partitionOf,
  readDeadLetter,
  readFeed,
  relist,
  reviveDelivery,
  unlist,
} from "@crewstream/redis";
import type { OperationsContext } from "../context.ts";

/**
 * The result of an operation on one delivery; `in_flight`: its first attempt is in flight, `paused`: its endpoint is
 * paused, and nothing was changed.
 */
export type OperationResult = "done" | "not_found" | "in_flight" | "paused";

/**
 * Makes a failed delivery due now, with its retry schedule from the beginning: a dead letter, a parked delivery, or the held
 * head of a strict feed, which stays the head. Its `webhook-id` and bytes stay the same; `webhook-attempt` continues to
 * count.
 */
export async function retryNow(context: OperationsContext, id: string, now: number): Promise<OperationResult> {
  const address = parseDeliveryId(id);
  if (address === undefined) return "not_found";
  const { first, ...feed } = address;
  const state = await readFeed(context.store, feed, { only: first });
  if (state === undefined) return "not_found";
  if (state.open.length === 0 && (await readDeadLetter(context.store, feed, first)) === undefined) return "not_found";
  const { url } = state.subscription;
  // If the endpoint takes no requests, the delivery would only wait elsewhere.
  if ((await allowProbe(context.store, endpointId(new URL(url)))) === "paused") return "paused";
  const answer = await reviveDelivery(context.store, feed, first, now);
  if (answer === "not_found" || answer === "in_flight") return answer;
  await relist(context.store, address, url, "retrying", now);
  if (answer === "held") await context.queues.wakeFeed(feed, { delayMs: 0, flush: true });
  else await context.queues.scheduleRetry(address, { delayMs: 0, replace: true });
  return "done";
}

/**
 * Discards a failed delivery permanently. An attempt of it that is in flight is not cancelled; a strict feed continues once that
 * has ended, and not before.
 */
export async function discard(context: OperationsContext, id: string): Promise<OperationResult> {
  const address = parseDeliveryId(id);
  if (address === undefined) return "not_found";
  const { first, ...feed } = address;
  const state = await readFeed(context.store, feed, { only: first });
  if (state === undefined) return "not_found";
  const answer = await discardDelivery(context.store, feed, first);
  if (answer !== "done") return answer;
  const partition = partitionOf(address.executionId, context.store.partitions);
  await unlist(context.store, partition, endpointId(new URL(state.subscription.url)), deliveryId(address));
  await context.queues.wakeFeed(feed, { delayMs: 0, flush: true });
  return "done";
}
