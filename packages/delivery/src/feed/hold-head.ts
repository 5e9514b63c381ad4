import { readOpenDelivery, type DeliveryRecord, type FeedAddress } from "@crewstream/redis";
import type { FeedContext } from "../context.ts";
import type { JobResult } from "./backlog.ts";

/**
 * Ends a pass over a strict feed whose head waits for its next attempt, with a job for when it is due. While this job is
 * active, its queue keeps one further job for the feed, the one that was added last: ours may replace one that was added
 * because a person retried or discarded the head. So the head is checked once ours is added; a job that is added later
 * replaces ours.
 */
export async function holdHead(
  { store, queues }: Pick<FeedContext, "store" | "queues">,
  address: FeedAddress,
  head: DeliveryRecord,
): Promise<JobResult> {
  await queues.wakeFeed(address, { delayMs: Math.max(0, (head.nextAt ?? 0) - Date.now()) });
  const now = await readOpenDelivery(store, address, head.first);
  return now?.nextAt === head.nextAt ? { kind: "done" } : { kind: "later", delayMs: 0 };
}
