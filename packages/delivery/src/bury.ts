import type { Subscription } from "@crewstream/contracts";
import { sealDeliveries, type DeliveryRecord, type FeedAddress, type Settlement } from "@crewstream/redis";
import type { DeliveryContext } from "./context.ts";
import { recordOf, type Cut, type FeedReader } from "./feed-reader.ts";
import type { OpenedFeed } from "./opened-feed.ts";
import { settle } from "./settle.ts";

/** Dead letters written at once. */
const buryPage = 100;

/**
 * Whether an endpoint has been failing for longer than a delivery's whole schedule takes. What waited all that time
 * has had its chance like a delivery that used its attempts up: it goes to the dead letters, where a person sees it,
 * and the execution can expire. Without this an endpoint that never comes back would keep its backlog for ever.
 */
export function isLost(context: DeliveryContext, subscription: Subscription, failingMs: number): boolean {
  const schedule = subscription.retrySchedule ?? context.limits.retrySchedule;
  return failingMs > schedule.reduce((sum, delay) => sum + delay, 0);
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

/** Gives up all that waits in a feed: what was sealed, and what its stream holds behind `cursor`. */
export async function buryBacklog(
  context: DeliveryContext,
  { address, endpoint }: OpenedFeed,
  sealed: readonly DeliveryRecord[],
  reader: FeedReader,
  cursor: number,
): Promise<void> {
  if (sealed.length > 0) await bury(context, address, endpoint, sealed);
  for (let from = cursor; ;) {
    const cuts: Cut[] = [];
    while (cuts.length < buryPage) {
      await reader.fill();
      const cut = reader.cut();
      if (cut === undefined) break;
      cuts.push(cut);
    }
    const last = cuts.at(-1);
    if (last === undefined) return;
    const deliveries = cuts.map(recordOf);
    const answer = await sealDeliveries(context.store, address, { from, to: last.cursor, deliveries });
    if (answer !== "sealed") return;
    from = last.cursor;
    await bury(context, address, endpoint, deliveries);
  }
}
