import { advanceFeed, indexSettlements, type FeedAddress, type Seal, type Settlement } from "@crewstream/redis";
import type { SettlementEffect } from "@crewstream/redis";
import { deliveryId } from "@crewstream/contracts";
import type { FeedContext } from "../context.ts";

/** What recording needs of a feed's context. */
type RecordContext = Pick<FeedContext, "store" | "limits" | "attemptLog" | "alert">;

/**
 * Writes down what became of deliveries: in the feed first, which is the truth, then in the lists and the attempt
 * log, then tells an operator of what died.
 * @returns whether the feed had stopped at its parked limit and is to be woken
 */
export async function settle(
  context: RecordContext,
  address: FeedAddress,
  endpoint: string,
  settlements: readonly Settlement[],
): Promise<{ wake: boolean }> {
  const { wake, effects } = await writeTurn(context, address, { settlements });
  await publishSettlements(context, address, endpoint, settlements, effects);
  return { wake };
}

/** The feed's part of {@link settle}, together with the sealing of what goes out next. */
export async function writeTurn(
  { store, limits }: Pick<RecordContext, "store" | "limits">,
  address: FeedAddress,
  turn: { settlements: readonly Settlement[]; seal?: Seal | undefined },
): ReturnType<typeof advanceFeed> {
  return advanceFeed(store, address, { ...turn, maxParked: limits.maxParked });
}

/** What of {@link settle} comes after the feed: the lists over all executions, and the word to an operator. */
export async function publishSettlements(
  context: RecordContext,
  address: FeedAddress,
  endpoint: string,
  settlements: readonly Settlement[],
  effects: readonly SettlementEffect[],
): Promise<void> {
  context.attemptLog.add(settlements.flatMap(({ attempt }) => (attempt === undefined ? [] : [attempt])));
  await indexSettlements(context.store, address, endpoint, settlements, effects);
  for (const [index, { record, outcome }] of settlements.entries()) {
    if (outcome !== "dead" || effects[index] === "none") continue;
    await context.alert({
      kind: "delivery.dead",
      endpoint,
      details: {
        delivery_id: deliveryId({ ...address, first: record.first }),
        execution_id: address.executionId,
        attempts: record.attempts,
        outcome: record.outcome,
        ...(record.status === undefined ? {} : { status: record.status }),
        ...(record.reason === undefined ? {} : { reason: record.reason }),
      },
    });
  }
}
