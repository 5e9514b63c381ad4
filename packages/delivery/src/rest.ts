import { restFeed, retireExecution, type FeedAddress } from "@crewstream/redis";
import type { DeliveryContext } from "./context.ts";

/** What a drained feed wants next: nothing until it is woken, or another pass after a delay. */
export type DrainResult = { kind: "done" } | { kind: "later"; delayMs: number };

/** Puts a feed to rest, and lets its execution expire when this was its last one. */
export async function rest(context: DeliveryContext, address: FeedAddress, feeds: number): Promise<DrainResult> {
  const rested = await restOrLinger(context, address, feeds, undefined);
  return rested.kind === "lingers" ? { kind: "done" } : rested;
}

/** {@link rest}, but for a feed that may get more: with a channel it stays awake, and its worker hears of more there. */
export async function restOrLinger(
  context: DeliveryContext,
  address: FeedAddress,
  feeds: number,
  channel: string | undefined,
): Promise<DrainResult | { kind: "lingers" }> {
  const answer = await restFeed(context.store, address, context.limits.maxParked, channel);
  if (answer === "more") return { kind: "later", delayMs: 0 };
  if (answer === "lingers") return { kind: "lingers" };
  if (answer === "all_done") {
    await retireExecution(context.store, address.executionId, { feeds, retentionMs: context.limits.retentionMs });
  }
  return { kind: "done" };
}
