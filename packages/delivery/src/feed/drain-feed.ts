import { readFeed, type FeedAddress } from "@crewstream/redis";
import type { DeliveryContext, JobLease } from "../context.ts";
import { Drain } from "./drain.ts";
import { openFeed } from "./opened-feed.ts";
import { endIfDone, type DrainResult } from "./rest.ts";

/**
 * Delivers what a feed has after its cursor: read, filter, seal, send, settle, until nothing is left, the endpoint
 * cannot be reached, the shutdown's deadline has passed, or the job's lock was lost (`lease`).
 *
 * A job is the only writer of its feed as long as its queue believes in it. Where two run at once nonetheless (a
 * paused process that wakes up), the seal's compare-and-set keeps each event in one delivery, and a delivery that is
 * sent twice has the same id and bytes.
 */
export async function drainFeed(context: DeliveryContext, address: FeedAddress, lease: JobLease): Promise<DrainResult> {
  const state = await readFeed(context.store, address);
  if (state === undefined) return { kind: "done" };
  if (state.state !== "open") return endIfDone(context, address, state.feeds);
  const feed = openFeed(context, address, state);
  return new Drain(context, feed, state, lease).run();
}
