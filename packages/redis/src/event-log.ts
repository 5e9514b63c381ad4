import { executionStateSchema, hasEnded, type ExecutionId, type StoredEvent } from "@crewstream/contracts";
import { listEnded } from "./execution-index.ts";
import { runScript } from "./scripts.ts";
import type { Store } from "./store.ts";

/** One write of a run; see `lua/append.lua`. */
export interface AppendStep {
  epoch: number;
  /** In sequence; the first follows the stream's last. */
  events: readonly StoredEvent[];
  /** Journal rows as JSON, by path. */
  rows: readonly (readonly [path: string, row: string])[];
  /** Fields of the execution's record to set. */
  fields: Readonly<Record<string, string | number>>;
  /** Feeds that select at least one of the events. */
  feeds: readonly number[];
}

/**
 * Writes events, journal rows and record fields at once, under the lease. Safe to repeat when the answer was lost.
 * @returns the feeds, of those given, that were asleep and must be woken
 * @throws AppError `lease_lost`, `execution_gone`, or `stale_write` when the sequence does not follow
 */
export async function appendStep(store: Store, id: ExecutionId, step: AppendStep): Promise<number[]> {
  const keys = store.keys.execution(id);
  const fields = Object.entries(step.fields).flat();
  const args: (string | number)[] = [
    step.epoch,
    step.events[0]?.seq ?? 0,
    step.events.length,
    step.rows.length,
    fields.length / 2,
  ];
  for (const event of step.events) args.push(event.id, event.type, event.json);
  for (const [path, row] of step.rows) args.push(path, row);
  args.push(...fields);
  const feedKeys = step.feeds.map((feed) => keys.feed(feed).feed);
  const [, ...woken] = await runScript(
    store.redis,
    "append",
    [keys.exec, keys.events, keys.journal, ...feedKeys],
    args,
  );
  const state = executionStateSchema.safeParse(step.fields["state"]);
  if (state.success && hasEnded(state.data)) await listEnded(store, id, state.data);
  return woken.map((position) => step.feeds[position] ?? 0);
}

/** Events of a stream from sequence `from` to `to` (both included), at most `limit`, in order. */
export async function readEvents(
  store: Store,
  id: ExecutionId,
  range: { from: number; to?: number; limit: number },
): Promise<StoredEvent[]> {
  const entries = await store.redis.xrange(
    store.keys.execution(id).events,
    `${range.from}-0`,
    range.to === undefined ? "+" : `${range.to}-0`,
    "COUNT",
    range.limit,
  );
  return entries.map(toStoredEvent);
}

/** The ids of all events of a stream with their sequence: what a resumed run must not publish again. */
export async function readEventIds(store: Store, id: ExecutionId): Promise<Map<string, number>> {
  const ids = new Map<string, number>();
  const page = 1000;
  for (let from = 1; ;) {
    const events = await readEvents(store, id, { from, limit: page });
    for (const event of events) ids.set(event.id, event.seq);
    const last = events.at(-1);
    if (last === undefined || events.length < page) return ids;
    from = last.seq + 1;
  }
}

/** The rows of a run's journal, JSON by path. */
export async function readJournal(store: Store, id: ExecutionId): Promise<Map<string, string>> {
  return new Map(Object.entries(await store.redis.hgetall(store.keys.execution(id).journal)));
}

/** An entry's fields stand in the order in which `append.lua` writes them: i, t, j. */
function toStoredEvent([entryId, fields]: [string, string[]]): StoredEvent {
  return { seq: Number.parseInt(entryId, 10), id: fields[1] ?? "", type: fields[3] ?? "", json: fields[5] ?? "" };
}
