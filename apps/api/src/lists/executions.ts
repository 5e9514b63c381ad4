import { parseExecutionId, type executionsQuerySchema } from "@crewstream/contracts";
import {
  groupOf,
  listExecutions,
  readExecutionBriefs,
  type ExecutionBrief,
  type ExecutionList,
  type Store,
} from "@crewstream/redis";
import type { z } from "zod";
import { decodeCursor, encodeCursor, placeSchema } from "./cursor.ts";

type Query = z.output<typeof executionsQuerySchema>;

/** Entries that one request looks at in search of matching ones: what makes its cost independent of their number. */
const mostLooked = 1000;

/** A page of executions, newest first. A page may be short, even empty, and yet have a next one. */
export async function executionsPage(
  store: Store,
  query: Query,
): Promise<{ items: ExecutionBrief[]; next: string | null }> {
  const list = listFor(query);
  let before = decodeCursor(placeSchema, query.cursor);
  const items: ExecutionBrief[] = [];
  for (let looked = 0; looked < mostLooked;) {
    const limit = Math.min(mostLooked - looked, Math.max(query.limit - items.length, 50));
    const page = await listExecutions(store, list, { before, limit });
    const ids = page.map(({ id }) => parseExecutionId(id)).filter((id) => id !== undefined);
    const records = new Map((await readExecutionBriefs(store, ids)).map((record) => [record?.id, record]));
    for (const place of page) {
      before = place;
      const record = records.get(parseExecutionId(place.id));
      // Without a record it has expired.
      if (record !== undefined && matches(record, query)) items.push(record);
      if (items.length === query.limit) return { items, next: encodeCursor(before) };
    }
    looked += page.length;
    if (page.length < limit) return { items, next: null };
  }
  return { items, next: before === undefined ? null : encodeCursor(before) };
}

/** The shortest list that holds all that match. */
function listFor({ status, automation }: Query): ExecutionList {
  if (automation !== undefined) return { kind: "of", name: automation };
  return status === undefined ? { kind: "all" } : { kind: "group", group: groupOf(status) };
}

function matches(record: ExecutionBrief, { status, automation }: Query): boolean {
  if (automation !== undefined && record.automation !== automation) return false;
  return status === undefined || record.state === status;
}
