import { executionStateSchema, hasEnded, type ExecutionId, type StoredEvent } from "@crewstream/contracts";
import { fromChunk, toChunks } from "./event-chunks.ts";
import { listEnded } from "../indexes/execution-index.ts";
import { runScript } from "../scripts.ts";
import type { Store } from "../store.ts";

/** Entries that a first read takes: enough for most requests, and few if each is a megabyte. */
const firstEntries = 4;

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

/** What a write returned. */
export interface Appended {
  /** Feeds that must be woken. */
  asleep: number[];
  /** Number of feeds of the execution: more than a worker knows of if one was added meanwhile. */
  feeds: number;
}

/**
 * Writes events, journal rows and record fields at once, under the lease. Safe to repeat if the reply was lost.
 * @returns which of the given feeds were asleep and must be woken, and how many feeds the execution has
 * @throws AppError `lease_lost`, `execution_gone`, or `stale_write` if the sequence does not follow
 */
export async function appendStep(store: Store, id: ExecutionId, step: AppendStep): Promise<Appended> {
  const keys = store.keys.execution(id);
  const fields = Object.entries(step.fields).flat();
  const chunks = toChunks(step.events);
  const args: (string | number)[] = [
    step.epoch,
    step.events[0]?.seq ?? 0,
    chunks.length,
    step.rows.length,
    fields.length / 2,
  ];
  for (const { last, text } of chunks) args.push(last, text);
  for (const [path, row] of step.rows) args.push(path, row);
  args.push(...fields);
  const feedKeys = step.feeds.map((feed) => keys.feed(feed).feed);
  const [, feeds = 0, ...woken] = await runScript(
    store.redis,
    "append",
    [keys.exec, keys.events, keys.journal, ...feedKeys],
    args,
  );
  const state = executionStateSchema.safeParse(step.fields["state"]);
  if (state.success && hasEnded(state.data)) await listEnded(store, id, state.data);
  return { asleep: woken.map((position) => step.feeds[position] ?? 0), feeds };
}

/** Events of a stream from a single read. */
export interface EventRead {
  events: StoredEvent[];
  /** Nothing follows, or nothing up to `to`. */
  atEnd: boolean;
}

/**
 * Events from sequence `from` to `to` (both included), in order: those of `entries` entries of the stream, each of
 * which holds about 32 KiB of events or a single larger one.
 */
export async function readEntries(
  store: Store,
  id: ExecutionId,
  { from, to = Number.MAX_SAFE_INTEGER, entries }: { from: number; to?: number | undefined; entries: number },
): Promise<EventRead> {
  const key = store.keys.execution(id).events;
  const found = await store.redis.xrange(key, `${from}-0`, "+", "COUNT", entries);
  const chunks = found.map(([entry, fields]) => ({ last: Number.parseInt(entry, 10), text: fields[1] ?? "" }));
  const events = chunks.flatMap((chunk) => fromChunk(chunk, from, to));
  return { events, atEnd: found.length < entries || (chunks.at(-1)?.last ?? 0) >= to };
}

/** Events of a stream from sequence `from` to `to` (both included), at most `limit`, in order. */
export async function readEvents(
  store: Store,
  id: ExecutionId,
  range: { from: number; to?: number; limit: number },
): Promise<StoredEvent[]> {
  const events: StoredEvent[] = [];
  // The first entries show how many events an entry holds.
  for (let entries = Math.min(firstEntries, range.limit); ;) {
    const from = (events.at(-1)?.seq ?? range.from - 1) + 1;
    const read = await readEntries(store, id, { ...range, from, entries });
    events.push(...read.events);
    if (read.atEnd || events.length >= range.limit) return events.slice(0, range.limit);
    entries = Math.max(1, Math.ceil(((range.limit - events.length) * entries) / Math.max(1, read.events.length)));
  }
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
