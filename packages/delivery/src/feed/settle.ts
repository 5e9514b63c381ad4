import { deliveryId } from "@crewstream/contracts";
import {
  advanceFeed,
  indexSettlements,
  type FeedAddress,
  type Seal,
  type Settlement,
  type SettlementEffect,
} from "@crewstream/redis";
import type { FeedContext } from "../context.ts";

/** What recording needs of a feed's context. */
type RecordContext = Pick<FeedContext, "store" | "limits" | "attemptLog" | "alert">;

/**
 * Records what became of deliveries: first in the feed, which is the source of truth, then in the lists and the attempt
 * log; then alerts the operator to new dead letters.
 */
export async function settle(
  context: RecordContext,
  address: FeedAddress,
  endpoint: string,
  settlements: readonly Settlement[],
): Promise<void> {
  const { effects } = await writeTurn(context, address, { settlements });
  await publishSettlements(context, address, endpoint, settlements, effects);
}

/** The first part of {@link settle}, together with the seal of the next deliveries: one script for both. */
export async function writeTurn(
  { store, limits }: Pick<RecordContext, "store" | "limits">,
  address: FeedAddress,
  turn: { settlements: readonly Settlement[]; seal?: Seal | undefined },
): ReturnType<typeof advanceFeed> {
  return advanceFeed(store, address, { ...turn, maxParked: limits.maxParked });
}

/** The second part of {@link settle}: the lists over all executions, and the alerts. */
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
