import { readFeed, type FeedAddress } from "@crewstream/redis";
import { attemptDelivery } from "../attempt/attempt.ts";
import { deadLetter, isGivenUp } from "./dead-letter.ts";
import type { DeliveryContext, JobLease } from "../context.ts";
import { endFeed } from "./end-feed.ts";
import { openFeed } from "./opened-feed.ts";
import { endIfDone, type DrainResult } from "./rest.ts";
import { readDelivery } from "./feed-reader.ts";
import { settle } from "./settle.ts";
import { waitForEndpoint } from "../endpoint/wait-for-endpoint.ts";

/**
 * The next attempt of a parked delivery. A job may come late, twice, or for a delivery that was settled meanwhile:
 * the record decides, and one that is not due yet goes back for the rest of its time.
 */
export async function retryDelivery(
  context: DeliveryContext,
  { first, ...address }: FeedAddress & { first: number },
  lease: JobLease,
): Promise<DrainResult> {
  const state = await readFeed(context.store, address, { only: first });
  const found = state?.open.find((delivery) => delivery.first === first && delivery.state === "parked");
  if (state === undefined || found === undefined) return { kind: "done" };
  const { state: _, ...record } = found;
  const earlyMs = (record.nextAt ?? 0) - Date.now();
  if (earlyMs > 0) return { kind: "later", delayMs: earlyMs };
  if (lease.deadline.aborted || !lease.held()) return { kind: "later", delayMs: 0 };

  // All that may throw comes before the permit, which is given back exactly once by the attempt.
  const feed = openFeed(context, address, state);
  const { subscription, endpoint } = feed;
  const events = await readDelivery(context.store, address, record, feed.renderer);
  const permit = await context.gate.acquire(endpoint);
  if (!("release" in permit)) {
    // A person who revived it knows that the endpoint was failing: its time counts from there.
    const failingForMs = Math.min(permit.failingMs, Date.now() - (record.revivedAt ?? 0));
    if (!isGivenUp(context, subscription, failingForMs))
      return waitForEndpoint(context, endpoint, { ...address, first }, permit);
    await deadLetter(context, address, endpoint, [record]);
    await endIfDone(context, address, state.feeds);
    return { kind: "done" };
  }
  // Another worker may have the job by now, and sends the delivery.
  if (!lease.held()) {
    await permit.release({ verdict: "silent" });
    return { kind: "later", delayMs: 0 };
  }
  // Parked already, so its feed does not stand behind it, whatever its ordering: a person has revived it.
  const { disposition, settlement } = await attemptDelivery(
    context,
    feed,
    { record, events, permit, ordering: "relaxed" },
    lease.deadline,
  );
  if (settlement === undefined) return { kind: "later", delayMs: 0 };

  const { wake } = await settle(context, address, endpoint, [settlement]);
  if (disposition.endsFeed) await endFeed(context, address, endpoint, disposition.record.outcome ?? "gone");
  if (wake) await context.queues.wakeFeed(address, { delayMs: 0 });
  if (disposition.kind === "parked")
    return { kind: "later", delayMs: Math.max(0, (disposition.record.nextAt ?? 0) - Date.now()) };
  // A feed that still has something to do is woken by its own job; here only its end is looked for.
  const rested = await endIfDone(context, address, state.feeds);
  if (rested.kind === "later") await context.queues.wakeFeed(address, { delayMs: 0 });
  return { kind: "done" };
}
