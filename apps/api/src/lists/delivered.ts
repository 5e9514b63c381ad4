import type { Delivery } from "@crewstream/contracts";
import { readAttemptLog, readAttempts, type LoggedAttempt, type Store } from "@crewstream/redis";
import { z } from "zod";
import { deliveredView } from "../views/delivery.ts";
import { decodeCursor, encodeCursor } from "./cursor.ts";
import { matches, type DeliveriesPage, type DeliveriesRequest } from "./deliveries.ts";

/** Log entries that one request reads per log. */
const maxScanned = 400;

const cursorSchema = z.array(z.string().regex(/^\d+-\d+$/));

type ReadLog = (before: string | undefined, limit: number) => Promise<LoggedAttempt[]>;

/**
 * Acknowledged deliveries, newest first, from the logs of attempts: they contain the last 20,000 of each partition, and
 * the last 1,000 of each execution.
 */
export async function deliveredDeliveries(store: Store, request: DeliveriesRequest): Promise<DeliveriesPage> {
  const logs = logsFor(store, request);
  const cursors: (string | undefined)[] = decodeCursor(cursorSchema, request.cursor) ?? [];
  const read = await Promise.all(logs.map((log, index) => log(cursors[index], maxScanned)));
  const entries = read
    .flatMap((log, index) => log.map(({ cursor, attempt }) => ({ index, cursor, attempt })))
    .sort((a, b) => b.attempt.at - a.attempt.at);

  const items: Delivery[] = [];
  for (const { index, cursor, attempt } of entries) {
    if (items.length === request.limit) break;
    cursors[index] = cursor;
    if (attempt.settled !== "delivered") continue;
    const delivery = deliveredView(attempt);
    if (matches(delivery, request)) items.push(delivery);
  }
  const isOver = items.length < request.limit && read.every((log) => log.length < maxScanned);
  const places = logs.map((_, index) => cursors[index] ?? newest);
  return { items, next: isOver ? null : encodeCursor(places) };
}

/** For a log that has not been read yet: no entry is newer. */
const newest = "99999999999999-0";

function logsFor(store: Store, { execution }: DeliveriesRequest): ReadLog[] {
  if (execution !== undefined) return [(before, limit) => readAttempts(store, execution, { before, limit })];
  return Array.from(
    { length: store.partitions },
    (_, partition): ReadLog =>
      (before, limit) =>
        readAttemptLog(store, partition, before === undefined ? { limit } : { before, limit }),
  );
}
