import { endFeedIfDone, restFeed, retireExecution, type FeedAddress, type FeedRest } from "@crewstream/redis";
import type { FeedContext } from "../context.ts";
import type { JobResult } from "./backlog.ts";

type RestContext = Pick<FeedContext, "store" | "limits">;

/** Ends a feed if it is done, for a job that is not the feed's own. @returns `later` if the feed has more to do */
export async function endIfDone(context: RestContext, address: FeedAddress, feeds: number): Promise<JobResult> {
  const answer = await endFeedIfDone(context.store, address, context.limits.maxParked);
  return answer === "more" ? { kind: "later", delayMs: 0 } : retireIfDone(context, address, feeds, answer);
}

/** Puts a feed to sleep. With a channel, a feed that may get more stays awake, and its worker is notified there. */
export async function restOrWait(
  context: RestContext,
  address: FeedAddress,
  feeds: number,
  channel: string | undefined,
): Promise<JobResult | { kind: "waiting" }> {
  const answer = await restFeed(context.store, address, context.limits.maxParked, channel);
  if (answer === "more") return { kind: "later", delayMs: 0 };
  if (answer === "waiting") return { kind: "waiting" };
  return retireIfDone(context, address, feeds, answer);
}

/** Lets an execution expire if this was its last feed. */
async function retireIfDone(
  { store, limits }: RestContext,
  { executionId }: FeedAddress,
  feeds: number,
  answer: FeedRest,
): Promise<JobResult> {
  if (answer === "all_done") await retireExecution(store, executionId, { feeds, retentionMs: limits.retentionMs });
  return { kind: "done" };
}
