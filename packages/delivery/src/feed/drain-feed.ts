import { readFeed, type FeedAddress } from "@crewstream/redis";
import type { FeedContext, JobLease } from "../context.ts";
import type { JobResult } from "./backlog.ts";
import { DeliveryLoop } from "./delivery-loop.ts";
import { FeedBacklog } from "./feed-backlog.ts";
import { openFeed } from "../request/opened-feed.ts";
import { endIfDone } from "./rest.ts";

/**
 * Delivers what a feed has after its cursor, until nothing is left, the endpoint takes no requests, the shutdown's
 * deadline has passed, or the job's lock was lost (`lease`).
 *
 * A job is the only writer of its feed as long as its queue believes in it. If two run at once nonetheless (a paused
 * process that resumes), the seal's compare-and-set keeps each event in one delivery, and a delivery that is sent twice
 * has the same id and bytes.
 */
export async function drainFeed(context: FeedContext, address: FeedAddress, lease: JobLease): Promise<JobResult> {
  const state = await readFeed(context.store, address);
  if (state === undefined) return { kind: "done" };
  if (state.state !== "open") return endIfDone(context, address, state.feeds);
  const feed = openFeed(context.request, address, state);
  using backlog = new FeedBacklog(context, feed, state);
  return await new DeliveryLoop(context, feed, backlog, lease).run();
}
