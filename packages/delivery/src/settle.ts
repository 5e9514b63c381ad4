import { indexSettlements, settleDeliveries, type FeedAddress, type Settlement } from "@crewstream/redis";
import { deliveryId } from "@crewstream/contracts";
import type { DeliveryContext } from "./context.ts";

/**
 * Writes down what became of deliveries: in the feed first, which is the truth, then in the lists and the attempt
 * log, then tells an operator of what died.
 * @returns whether the feed had stopped at its parked limit and is to be woken
 */
export async function settle(
  context: DeliveryContext,
  address: FeedAddress,
  endpoint: string,
  settlements: readonly Settlement[],
): Promise<{ wake: boolean }> {
  const { store, limits } = context;
  const { wake, effects } = await settleDeliveries(store, address, { settlements, maxParked: limits.maxParked });
  await indexSettlements(store, address, endpoint, settlements, effects);
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
  return { wake };
}
