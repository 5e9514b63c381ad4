import { parseDeliveryId } from "@crewstream/contracts";
import {
  listDeliveries,
  readBulk,
  readDeadLetter,
  readOpenDelivery,
  readStarter,
  writeBulk,
  type Bulk,
  type BulkFilter,
  type DeliveryRecord,
  type Listed,
  type Store,
} from "@crewstream/redis";
import type { OperationsContext } from "../context.ts";
import { discard, retryNow } from "./delivery-operations.ts";

const pageLength = 200;

/**
 * Iterates over all deliveries that match a filter, page by page and partition by partition; `position` continues an
 * interrupted iteration. The order is by time and id. A retry changes the time of its own delivery only, which thereby
 * leaves the part of the list that is still to come; so does a discard, which removes it.
 */
export async function* matchingDeliveries(
  store: Store,
  filter: BulkFilter,
  { action, position = { partition: 0 } }: { action: Bulk["action"]; position?: BulkPosition | undefined },
): AsyncGenerator<{ ids: string[]; position: BulkPosition }> {
  const partitions = filter.endpoint === undefined ? store.partitions : 1;
  let { before } = position;
  for (let { partition } = position; partition < partitions; partition += 1, before = undefined) {
    const scope = filter.endpoint === undefined ? { partition } : { endpoint: filter.endpoint };
    for (;;) {
      const page: Listed[] = await listDeliveries(store, scope, filter.state, { before, limit: pageLength });
      const checked = await Promise.all(
        page.map(async ({ id }) => ((await matches(store, filter, action, id)) ? [id] : [])),
      );
      before = page.at(-1);
      if (before === undefined) break;
      yield { ids: checked.flat(), position: { partition, before } };
      if (page.length < pageLength) break;
    }
  }
}

/** How far an iteration has come. */
export interface BulkPosition {
  partition: number;
  before?: Listed | undefined;
}

/** How many deliveries a bulk operation would change. */
export async function countMatching(store: Store, filter: BulkFilter, action: Bulk["action"]): Promise<number> {
  let count = 0;
  for await (const { ids } of matchingDeliveries(store, filter, { action })) count += ids.length;
  return count;
}

/**
 * Retries or discards everything that matches, and stores its position after each page: if it is killed, it continues there. Called by
 * the worker that has the bulk's job; for a bulk that is finished it does nothing.
 */
export async function runBulkOperation(
  context: OperationsContext,
  bulkId: string,
  signal: AbortSignal,
): Promise<"finished" | "interrupted"> {
  const bulk = await readBulk(context.store, bulkId);
  if (bulk === undefined || bulk.state === "finished") return "finished";
  let { done, skipped } = bulk;
  const { filter, action } = bulk;
  for await (const { ids, position } of matchingDeliveries(context.store, filter, {
    action,
    position: bulk.position,
  })) {
    const results = await Promise.all(
      ids.map((id) => (action === "retry" ? retryNow(context, id, Date.now()) : discard(context, id))),
    );
    done += results.filter((result) => result === "done").length;
    skipped += results.filter((result) => result === (action === "retry" ? "paused" : "in_flight")).length;
    await writeBulk(context.store, bulkId, { ...bulk, done, skipped, position });
    if (signal.aborted) return "interrupted";
  }
  await writeBulk(context.store, bulkId, { ...bulk, done, skipped, state: "finished" });
  return "finished";
}

async function matches(store: Store, filter: BulkFilter, action: Bulk["action"], id: string): Promise<boolean> {
  const address = parseDeliveryId(id);
  if (address === undefined) return false;
  if (filter.executionId !== undefined && filter.executionId !== address.executionId) return false;
  if (filter.token !== undefined && (await readStarter(store, address.executionId)) !== filter.token) return false;
  const { first, ...feed } = address;
  const record: DeliveryRecord | undefined =
    filter.state === "dead" ? await readDeadLetter(store, feed, first) : await readOpenDelivery(store, feed, first);
  if (record === undefined) return false;
  // Due already: by its schedule, or because this bulk has retried it.
  if (action === "retry" && filter.state === "retrying" && (record.nextAt ?? 0) <= Date.now()) return false;
  if (filter.outcome !== undefined && filter.outcome !== record.outcome) return false;
  if (filter.reason !== undefined && filter.reason !== record.reason) return false;
  return filter.status === undefined || filter.status === record.status;
}
