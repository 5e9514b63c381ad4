import { parseDeliveryId } from "@crewstream/contracts";
import {
  listDeliveries,
  readBulk,
  readDeadLetter,
  readOpenDelivery,
  readStarter,
  writeBulk,
  type BulkFilter,
  type DeliveryRecord,
  type Listed,
  type Store,
} from "@crewstream/redis";
import type { OperationsContext } from "../context.ts";
import { retryNow } from "./delivery-operations.ts";

const pageLength = 200;

/**
 * Walks all deliveries that match a filter, page by page over partition after partition; `after` continues a walk
 * that was interrupted. The order is by time and id, which a retry changes for what it has done only: a delivery
 * that is retried leaves the part of the list that is still ahead.
 */
export async function* matchingDeliveries(
  store: Store,
  filter: BulkFilter,
  position: BulkPosition = { partition: 0 },
): AsyncGenerator<{ ids: string[]; position: BulkPosition }> {
  const partitions = filter.endpoint === undefined ? store.partitions : 1;
  let { before } = position;
  for (let { partition } = position; partition < partitions; partition += 1, before = undefined) {
    const scope = filter.endpoint === undefined ? { partition } : { endpoint: filter.endpoint };
    for (;;) {
      const page: Listed[] = await listDeliveries(store, scope, filter.state, { before, limit: pageLength });
      const checked = await Promise.all(page.map(async ({ id }) => ((await matches(store, filter, id)) ? [id] : [])));
      before = page.at(-1);
      if (before === undefined) break;
      yield { ids: checked.flat(), position: { partition, before } };
      if (page.length < pageLength) break;
    }
  }
}

/** How far a walk has come. */
export interface BulkPosition {
  partition: number;
  before?: Listed | undefined;
}

/** How many deliveries a bulk retry would touch. */
export async function countMatching(store: Store, filter: BulkFilter): Promise<number> {
  let count = 0;
  for await (const { ids } of matchingDeliveries(store, filter)) count += ids.length;
  return count;
}

/**
 * Retries everything that matches, and keeps its place after each page: killed in the middle, it goes on there.
 * Called by the worker that has the bulk's job; calling it for one that is finished does nothing.
 */
export async function runBulkRetry(
  context: OperationsContext,
  bulkId: string,
  signal: AbortSignal,
): Promise<"finished" | "interrupted"> {
  const bulk = await readBulk(context.store, bulkId);
  if (bulk === undefined || bulk.state === "finished") return "finished";
  let { done, skipped } = bulk;
  for await (const { ids, position } of matchingDeliveries(context.store, bulk.filter, bulk.position)) {
    const results = await Promise.all(ids.map((id) => retryNow(context, id, Date.now())));
    done += results.filter((result) => result === "done").length;
    skipped += results.filter((result) => result === "paused").length;
    await writeBulk(context.store, bulkId, { ...bulk, done, skipped, position });
    if (signal.aborted) return "interrupted";
  }
  await writeBulk(context.store, bulkId, { ...bulk, done, skipped, state: "finished" });
  return "finished";
}

async function matches(store: Store, filter: BulkFilter, id: string): Promise<boolean> {
  const address = parseDeliveryId(id);
  if (address === undefined) return false;
  if (filter.executionId !== undefined && filter.executionId !== address.executionId) return false;
  if (filter.token !== undefined && (await readStarter(store, address.executionId)) !== filter.token) return false;
  const { first, ...feed } = address;
  const record: DeliveryRecord | undefined =
    filter.state === "dead" ? await readDeadLetter(store, feed, first) : await readOpenDelivery(store, feed, first);
  if (record === undefined) return false;
  // Due already: by its schedule, or because this walk has been here.
  if (filter.state === "retrying" && (record.nextAt ?? 0) <= Date.now()) return false;
  if (filter.outcome !== undefined && filter.outcome !== record.outcome) return false;
  if (filter.reason !== undefined && filter.reason !== record.reason) return false;
  return filter.status === undefined || filter.status === record.status;
}
