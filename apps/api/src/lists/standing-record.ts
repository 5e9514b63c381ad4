import type { DeliveryAddress, DeliveryViewState } from "@crewstream/contracts";
import { readDeadLetter, readOpenDelivery, waitsForRetry, type DeliveryRecord, type Store } from "@crewstream/redis";

/**
 * The record of a delivery that is open or dead; undefined for one that was acknowledged or discarded. Read it before
 * looking for the acknowledgement in the log: in the other order neither may be found.
 */
export async function standingRecord(
  store: Store,
  address: DeliveryAddress,
): Promise<{ state: DeliveryViewState; record: DeliveryRecord } | undefined> {
  const open = await openRecord(store, address);
  if (open !== undefined) return open;
  const dead = await readDeadLetter(store, address, address.first);
  if (dead !== undefined) return { state: "dead", record: dead };
  // A person may have retried the dead letter between the two reads.
  return openRecord(store, address);
}

async function openRecord(store: Store, address: DeliveryAddress) {
  const record = await readOpenDelivery(store, address, address.first);
  return record === undefined
    ? undefined
    : ({ state: waitsForRetry(record) ? "retrying" : "pending", record } as const);
}
