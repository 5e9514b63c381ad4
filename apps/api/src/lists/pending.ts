import { listActive, readExecutionBriefs, type Store } from "@crewstream/redis";
import { z } from "zod";
import { encodeCursor, decodeCursor, positionSchema } from "./cursor.ts";
import { pendingOf, type DeliveriesPage, type DeliveriesRequest } from "./deliveries.ts";

/** Executions that one request reads: there is no list of what is in flight, as that would cost a write per request. */
const maxScanned = 200;

const cursorSchema = z.object({ partition: z.number().int().min(0), before: positionSchema.optional() });

/** Deliveries in flight, of all executions that are not done. */
export async function pendingDeliveries(store: Store, request: DeliveriesRequest): Promise<DeliveriesPage> {
  let { partition, before } = decodeCursor(cursorSchema, request.cursor) ?? { partition: 0, before: undefined };
  const items: DeliveriesPage["items"] = [];
  for (let looked = 0; partition < store.partitions && looked < maxScanned;) {
    const limit = Math.min(maxScanned - looked, 50);
    const active = await listActive(store, partition, { before, limit });
    const records = await readExecutionBriefs(
      store,
      active.map(({ id }) => id),
    );
    for (const [index, place] of active.entries()) {
      before = place;
      looked += 1;
      if ((records[index]?.feeds ?? 0) === 0) continue;
      const page = await pendingOf(store, place.id, { ...request, cursor: undefined });
      items.push(...page.items);
      // An execution's deliveries in flight are bounded by its windows, so a page may be slightly longer than
      // requested.
      if (items.length >= request.limit) return { items, next: encodeCursor({ partition, before }) };
    }
    if (active.length < limit) {
      partition += 1;
      before = undefined;
    }
  }
  return { items, next: partition < store.partitions ? encodeCursor({ partition, before }) : null };
}
