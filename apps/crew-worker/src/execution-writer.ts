import { setImmediate } from "node:timers/promises";
import type { ExecutionId, StoredEvent } from "@crewstream/contracts";
import type { EventSink, Journal, JournalRow, RuntimeEvent } from "@crewstream/crew";
import { fitEvent } from "./event-size.ts";
import type { ThreadStep } from "./threads/protocol.ts";

type Item =
  | { kind: "event"; event: StoredEvent }
  | { kind: "row"; path: string; row: string; durable: () => void; failed: (error: unknown) => void }
  | { kind: "fields"; fields: Record<string, string | number> };

/** Approximate size of one write; a larger one would block Redis for everybody else. */
const chunkEvents = 500;
const chunkBytes = 1024 * 1024;
/** A run that is this far ahead of the store waits for it. */
const highWaterBytes = 4 * 1024 * 1024;

export interface WriterOptions {
  executionId: ExecutionId;
  /** Sequence of the last event in the stream. */
  seq: number;
  /** Ids that the stream already contains: what a resumed run emits again is skipped. */
  knownIds: ReadonlyMap<string, number>;
  /** Journal rows of earlier workers, JSON by path. */
  journal: ReadonlyMap<string, string>;
  maxEventBytes: number;
  /** Writes one step durably; resolves when it is stored, and rejects when it never will be. */
  append(step: ThreadStep): Promise<void>;
  /** What an event changes in the execution's record. */
  observe(event: RuntimeEvent): Record<string, string | number>;
}

/**
 * The destination of a run's events and journal rows: one queue, written in order, one script call at a time. While a
 * call is in progress the next one grows, so a busy run costs few round trips and a quiet one has no delay.
 */
export class ExecutionWriter implements EventSink, Journal {
  readonly #options: WriterOptions;
  readonly #rows = new Map<string, JournalRow>();
  #seq: number;
  #queue: Item[] = [];
  #queuedBytes = 0;
  #writing: Promise<void> | undefined;
  #failure: { error: unknown } | undefined;
  #relieved: (() => void)[] = [];

  constructor(options: WriterOptions) {
    this.#options = options;
    this.#seq = options.seq;
    for (const [path, row] of options.journal) this.#rows.set(path, JSON.parse(row) as JournalRow);
  }

  emit(event: RuntimeEvent): void {
    if (this.#failure !== undefined) return;
    // Events that the stream already contains are processed too, so that a resumed run arrives at the same progress.
    const fields = this.#options.observe(event);
    if (this.#options.knownIds.has(event.id)) return;
    this.#seq += 1;
    const json = JSON.stringify({
      id: event.id,
      execution_id: this.#options.executionId,
      timestamp: event.timestamp,
      type: event.type,
      data: { ...fitEvent(event.data, this.#options.maxEventBytes), emission_sequence: this.#seq },
    });
    this.#push({ kind: "event", event: { seq: this.#seq, id: event.id, type: event.type, json } }, json.length);
    if (Object.keys(fields).length > 0) this.#push({ kind: "fields", fields }, 0);
  }

  async ready(): Promise<void> {
    while (this.#failure === undefined && this.#queuedBytes > highWaterBytes) {
      await new Promise<void>((resolve) => {
        this.#relieved.push(resolve);
      });
    }
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  read(path: string): JournalRow | undefined {
    return this.#rows.get(path);
  }

  write(path: string, row: JournalRow): Promise<void> {
    this.#rows.set(path, row);
    const text = JSON.stringify(row);
    return new Promise((durable, failed) => {
      if (this.#failure === undefined) this.#push({ kind: "row", path, row: text, durable, failed }, text.length);
      else failed(this.#failure.error);
    });
  }

  /** Sets fields of the execution's record, after everything emitted so far. */
  setFields(fields: Record<string, string | number>): void {
    this.#push({ kind: "fields", fields }, 0);
  }

  /** Resolves when everything is durable. @throws the error that made a write impossible */
  async flush(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  #push(item: Item, bytes: number): void {
    this.#queue.push(item);
    this.#queuedBytes += bytes;
    this.#writing ??= this.#drain();
  }

  async #drain(): Promise<void> {
    try {
      // What is emitted in one turn of the event loop is written together: a closing event and its journal row, and the
      // run's last event and its outcome, so that a delivery of that event knows that it is the last.
      for (await setImmediate(); this.#queue.length > 0 && this.#failure === undefined; await setImmediate()) {
        await this.#writeChunk(this.#takeChunk());
      }
    } catch (error) {
      this.#failure = { error };
      for (const item of this.#queue) if (item.kind === "row") item.failed(error);
      this.#queue = [];
    } finally {
      this.#writing = undefined;
      this.#relieve();
    }
  }

  /** From the queue's head up to the limits; a row or fields stay with the event they follow. */
  #takeChunk(): Item[] {
    let events = 0;
    let bytes = 0;
    let length = 0;
    for (const item of this.#queue) {
      if (item.kind === "event") {
        if (length > 0 && (events >= chunkEvents || bytes + item.event.json.length > chunkBytes)) break;
        events += 1;
        bytes += item.event.json.length;
      } else if (item.kind === "row") bytes += item.row.length;
      length += 1;
    }
    this.#queuedBytes -= bytes;
    return this.#queue.splice(0, length);
  }

  async #writeChunk(items: Item[]): Promise<void> {
    const events = items.flatMap((item) => (item.kind === "event" ? [item.event] : []));
    const rows = items.flatMap((item) => (item.kind === "row" ? [item] : []));
    const fields = items.flatMap((item) => (item.kind === "fields" ? [item.fields] : []));
    try {
      await this.#options.append({
        events,
        rows: rows.map(({ path, row }) => [path, row] as const),
        fields: Object.assign({}, ...fields) as Record<string, string | number>,
      });
      for (const row of rows) row.durable();
    } catch (error) {
      for (const row of rows) row.failed(error);
      throw error;
    }
    this.#relieve();
  }

  #relieve(): void {
    const waiting = this.#relieved;
    this.#relieved = [];
    for (const resolve of waiting) resolve();
  }
}
