import type { Subscription } from "@crewstream/contracts";
import type { DeliveryRecord, FeedAddress, FeedState, Settlement } from "@crewstream/redis";
import type { DeliveryContext } from "./context.ts";
import { settle } from "./settle.ts";

/** Dead letters written at once. */
export const buryPage = 100;

/**
 * Whether an endpoint has been failing for longer than a delivery's whole schedule takes. What waited all that time
 * has had its chance like a delivery that used its attempts up: it goes to the dead letters, where a person sees it,
 * and the execution can expire. Without this an endpoint that never comes back would keep its backlog for ever.
 */
export function isLost(context: DeliveryContext, subscription: Subscription, failingMs: number): boolean {
  const schedule = subscription.retrySchedule ?? context.limits.retrySchedule;
  return failingMs > schedule.reduce((sum, delay) => sum + delay, 0);
}

/** Whether a feed's stream will not grow any more. */
export function isComplete(state: FeedState): boolean {
  return state.until !== undefined || (state.executionState !== "RUNNING" && state.executionState !== "STARTED");
}

/** Makes sealed or parked deliveries dead letters without an attempt. */
export async function bury(
  context: DeliveryContext,
  address: FeedAddress,
  endpoint: string,
  records: readonly DeliveryRecord[],
): Promise<void> {
  const settlements = records.map((record): Settlement => {
    const { nextAt: _, ...rest } = record;
    const reason = record.reason ?? "the endpoint failed for longer than the retry schedule";
    return { record: { ...rest, outcome: record.outcome ?? "unreachable", reason }, outcome: "dead" };
  });
  await settle(context, address, endpoint, settlements);
  context.metrics.deliveriesDead.inc(records.length);
  context.log.warn({ ...address, deliveries: records.length }, "feed.buried");
}
