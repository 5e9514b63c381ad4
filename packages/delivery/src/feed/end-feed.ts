import { closeFeed, indexSettlements, readFeed, type FeedAddress } from "@crewstream/redis";
import type { FeedContext } from "../context.ts";

/**
 * Ends a subscription because its receiver or a client asked for it. Open deliveries become dead letters, for a person to
 * review; later events are not delivered.
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
