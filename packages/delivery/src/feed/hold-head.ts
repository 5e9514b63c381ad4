import { readOpenDelivery, type DeliveryRecord, type FeedAddress } from "@crewstream/redis";
import type { FeedContext } from "../context.ts";
import type { JobResult } from "./backlog.ts";

/**
 * Ends a pass over a strict feed whose head waits for its next attempt, with a wake for that moment. While this job is
 * active its queue keeps one further wake, the last one asked for: ours may take the place of one with which a person
 * hurried or dropped the head. So that is looked for after ours stands; one that comes later takes the place of ours.
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
