import { readFeed, type FeedAddress } from "@crewstream/redis";
import type { FeedContext, JobLease } from "../context.ts";
import type { JobResult } from "./backlog.ts";
import { DeliveryLoop } from "./delivery-loop.ts";
import { openFeed } from "../request/opened-feed.ts";
import { SingleDelivery } from "./single-delivery.ts";

/**
 * The next attempt of a parked delivery. A job may come early, late, twice, or for a delivery that was settled meanwhile:
 * the record decides, and a job that comes early goes back for the rest of the time.
 */
export async function retryDelivery(
  context: FeedContext,
  { first, ...address }: FeedAddress & { first: number },
  lease: JobLease,
): Promise<JobResult> {
  const state = await readFeed(context.store, address, { only: first });
  const found = state?.open.find((delivery) => delivery.first === first && delivery.state === "parked");
  if (state === undefined || found === undefined) return { kind: "done" };
  const { state: _, ...record } = found;
  const feed = openFeed(context.request, address, state);
  return new DeliveryLoop(context, feed, new SingleDelivery(context, feed, state, record), lease).run();
}
