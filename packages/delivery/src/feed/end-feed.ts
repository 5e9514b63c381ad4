import { closeFeed, indexSettlements, readFeed, type FeedAddress } from "@crewstream/redis";
import type { FeedContext } from "../context.ts";

/**
 * Ends a subscription because its receiver or a client said so. What was still open becomes dead letters, where a person sees it;
 * events that come after are not delivered.
 */
export async function endFeed(
  { store, log }: Pick<FeedContext, "store" | "log">,
  address: FeedAddress,
  endpoint: string,
  reason: string,
): Promise<void> {
  const before = await readFeed(store, address);
  const dead = await closeFeed(store, address, reason);
  const settlements = (before?.open ?? []).map(({ state: _, ...record }) => ({ record, outcome: "dead" as const }));
  await indexSettlements(store, address, endpoint, settlements);
  log.warn({ ...address, reason, dead }, "feed.closed");
}
