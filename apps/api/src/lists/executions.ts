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
import type { Identity } from "../auth/tokens.ts";
import { decodeCursor, encodeCursor, positionSchema, type Position } from "./cursor.ts";

type Query = z.output<typeof executionsQuerySchema>;

/** Entries that one request reads in search of matching ones: makes its cost independent of their number. */
const maxScanned = 1000;

/**
 * A page of the executions that a token may see, newest first. A page may be short, even empty, and still have a next
 * one.
 */
export async function executionsPage(
  store: Store,
  identity: Identity,
  query: Query,
): Promise<{ items: ExecutionBrief[]; next: string | null }> {
  const list = listFor(identity, query);
  const token = identity.own ? identity.name : undefined;
  const since = query.since === undefined ? -Infinity : Date.parse(query.since);
  let before = decodeCursor(positionSchema, query.cursor) ?? newestBefore(query.until);
  const items: ExecutionBrief[] = [];
  for (let looked = 0; looked < maxScanned;) {
    const limit = Math.min(maxScanned - looked, Math.max(query.limit - items.length, 50));
    const page = await listExecutions(store, list, { before, limit });
    const ids = page.map(({ id }) => parseExecutionId(id)).filter((id) => id !== undefined);
    const records = new Map((await readExecutionBriefs(store, ids)).map((record) => [record?.id, record]));
    for (const place of page) {
      if (place.at < since) return { items, next: null };
      before = place;
      const record = records.get(parseExecutionId(place.id));
      // Without a record it has expired.
      if (record !== undefined && matches(record, query, token)) items.push(record);
      if (items.length === query.limit) return { items, next: encodeCursor(before) };
    }
    looked += page.length;
    if (page.length < limit) return { items, next: null };
  }
  return { items, next: before === undefined ? null : encodeCursor(before) };
}

/** The position after everything created at or after a time; none for the newest. */
function newestBefore(until: string | undefined): Position | undefined {
  return until === undefined ? undefined : { at: Date.parse(until), id: "~" };
}

/** The shortest list that contains all matches, and for a token with the scope `own` no others. */
function listFor({ own, name }: Identity, { status, automation, thread_id: thread }: Query): ExecutionList {
  if (thread !== undefined) return { kind: "in", thread };
  if (own) return { kind: status !== undefined && groupOf(status) === "live" ? "open" : "by", token: name };
  if (automation !== undefined) return { kind: "of", name: automation };
  return status === undefined ? { kind: "all" } : { kind: "group", group: groupOf(status) };
}

function matches(record: ExecutionBrief, query: Query, token: string | undefined): boolean {
  const { status, automation, thread_id: thread, min_duration_ms: minDurationMs, search } = query;
  if (token !== undefined && record.token !== token) return false;
  if (thread !== undefined && record.thread !== thread) return false;
  if (automation !== undefined && record.automation !== automation) return false;
  if (status !== undefined && record.state !== status) return false;
  const { started_at: startedAt, ended_at: endedAt = Date.now() } = record;
  if (minDurationMs !== undefined && !(startedAt !== undefined && endedAt - startedAt >= minDurationMs)) return false;
  if (search === undefined) return true;
  const wanted = search.trim().toLowerCase();
  const texts = [record.id, record.inputs_preview, record.error_type, record.error];
  return texts.some((text) => text?.toLowerCase().includes(wanted) === true);
}
