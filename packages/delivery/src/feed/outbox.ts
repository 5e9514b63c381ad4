import type { StoredEvent } from "@crewstream/contracts";
import type { Advance, DeliveryRecord, FeedState, Seal } from "@crewstream/redis";
import { adaptiveSize } from "./adaptive-size.ts";
import { completionSeal } from "./completion.ts";
import { deadLetterBacklog } from "./dead-letter.ts";
import type { DeliveryContext } from "../context.ts";
import { FeedReader, readDelivery, recordOf, type Cut } from "./feed-reader.ts";
import { holdHead } from "./hold-head.ts";
import { lookAtBatch } from "./look-at-batch.ts";
import type { OpenedFeed } from "./opened-feed.ts";
import { publishedAt } from "../request/render.ts";
import type { RenderedEvent } from "../request/rendered-event.ts";
import type { DrainResult } from "./rest.ts";

/** A sealed delivery, or one that is to be, and its events. */
export interface Outgoing {
  record: DeliveryRecord;
  events: readonly RenderedEvent[];
}

/** How a pass over a feed stands. */
export interface PassState {
  /** Nothing is under way. */
  idle: boolean;
  /** Nothing waits to be written down. */
  settled: boolean;
  /** How long a request takes, ms; 0 while that is not known. */
  latencyMs: number;
}

/**
 * What of a feed goes out next: first what was sealed by a job that did not live to settle it, as it was, then what the
 * feed's stream holds behind its cursor.
 */
export class Outbox {
  readonly #context: DeliveryContext;
  readonly #feed: OpenedFeed;
  readonly #state: FeedState;
  readonly #reader: FeedReader;
  readonly #leftOver: DeliveryRecord[];
  readonly #realtime: boolean;
  /** Events that a look at the stream is to find, when there are so many. */
  readonly #looksFor: number;
  #cursor: number;
  /** Events of one delivery in adaptive real time. */
  #size: number | undefined;

  constructor(context: DeliveryContext, feed: OpenedFeed, state: FeedState) {
    const { batchMaxEvents, batchMaxBytes, realtimeWindow } = context.limits;
    const { mode, maxDelayMs, coalesce } = feed.subscription;
    const joins = maxDelayMs !== undefined || coalesce === true;
    this.#context = context;
    this.#feed = feed;
    this.#state = state;
    this.#realtime = mode === "realtime";
    this.#looksFor = joins ? batchMaxEvents : realtimeWindow;
    this.#cursor = state.cursor;
    this.#leftOver = state.open
      .filter((delivery) => delivery.state !== "parked")
      .map(({ state: _, ...record }) => record);
    this.#reader = new FeedReader(context.store, feed.address, {
      cursor: state.cursor,
      until: state.until,
      renderer: feed.renderer,
      limits: {
        maxEvents: this.#realtime && maxDelayMs === undefined ? 1 : batchMaxEvents,
        maxBytes: batchMaxBytes,
      },
    });
  }

  /** Nothing is left, as far as the last look at the stream went. */
  get dry(): boolean {
    return this.#leftOver.length === 0 && this.#reader.dry;
  }

  /** Something sealed before has not gone out yet. */
  get hasLeftOver(): boolean {
    return this.#leftOver.length > 0;
  }

  /** Takes events that were heard of instead of reading them. */
  offer(events: readonly StoredEvent[]): void {
    this.#reader.offer(events);
  }

  /** Reads the next batch of a backlog while the one before is under way. */
  async readAhead(): Promise<void> {
    if (!this.#realtime && this.#leftOver.length === 0) await this.#reader.readAhead();
  }

  /** How many deliveries could go out now, `room` at most; or how the pass ends, when it is to wait for something. */
  async look(room: number, pass: PassState): Promise<number | DrainResult> {
    const head = this.#leftOver[0];
    if (head?.nextAt !== undefined && head.nextAt > Date.now()) {
      return holdHead(this.#context, this.#feed.address, head);
    }
    if (head !== undefined) return Math.min(room, this.#leftOver.length);
    const found = await (this.#realtime ? this.#lookInRealtime(room, pass) : this.#lookForBatch(pass));
    return found === 0 && this.#completion() !== undefined ? 1 : found;
  }

  async #lookForBatch(pass: PassState): Promise<number | DrainResult> {
    await this.#reader.fill();
    // What came back is written down before a batch is left to grow.
    const mayLeave = pass.idle && pass.settled;
    const batch = await lookAtBatch(this.#context, this.#feed, this.#state, this.#reader, { mayLeave });
    if (batch === "left") return { kind: "done" };
    return batch === "ripe" ? 1 : 0;
  }

  /** Takes up to `count` deliveries, with the seal of those that are new; what was not selected is passed over. */
  async take(count: number): Promise<{ deliveries: Outgoing[]; seal: Seal | undefined }> {
    const deliveries: Outgoing[] = [];
    const cuts: Cut[] = [];
    for (let next = 0; next < count; next += 1) {
      const record = this.#leftOver.shift();
      const cut = record === undefined ? this.#reader.cut(this.#size) : undefined;
      if (record !== undefined) deliveries.push({ record, events: await this.#eventsOf(record) });
      else if (cut !== undefined) {
        cuts.push(cut);
        deliveries.push({ record: recordOf(cut), events: cut.events });
      } else break;
    }
    const completion = deliveries.length === 0 && count > 0 ? this.#completion() : undefined;
    if (completion !== undefined) {
      return { deliveries: completion.deliveries.map((record) => ({ record, events: [] })), seal: completion };
    }
    const fresh = deliveries.slice(deliveries.length - cuts.length).map(({ record }) => record);
    return { deliveries, seal: this.#sealOf(fresh, cuts.at(-1)) };
  }

  /** The seal stands: the cursor is at its end, and the feed may be complete. */
  sealed({ to }: Seal, { complete }: Pick<Advance, "complete">): void {
    this.#cursor = to;
    if (complete !== undefined) this.#state.completionDue = false;
  }

  /** Gives up all that waits. */
  async deadLetterAll(): Promise<void> {
    await deadLetterBacklog(this.#context, this.#feed, {
      sealed: this.#leftOver.splice(0),
      reader: this.#reader,
      cursor: this.#cursor,
      state: this.#state,
    });
  }

  async #lookInRealtime(room: number, { idle, settled, latencyMs }: PassState): Promise<number> {
    // The last answer of a stream that was read to its end: resting tells whether more came.
    if (idle && !settled && this.#reader.dry) return 0;
    await this.#reader.fill(Math.max(room, this.#looksFor));
    const { oldest, waiting } = this.#reader;
    const { maxDelayMs } = this.#feed.subscription;
    if (maxDelayMs === undefined || oldest === undefined) return Math.min(room, waiting);
    const ageMs = Date.now() - publishedAt(oldest);
    const window = this.#context.limits.realtimeWindow;
    this.#size = adaptiveSize({ waiting, ageMs, latencyMs, window, maxDelayMs });
    return Math.min(room, Math.ceil(waiting / this.#size));
  }

  #completion(): Seal | undefined {
    return completionSeal(this.#state, this.#reader, this.#cursor);
  }

  #eventsOf(record: DeliveryRecord): Promise<RenderedEvent[]> {
    return readDelivery(this.#context.store, this.#feed.address, record, this.#feed.renderer);
  }

  #sealOf(deliveries: readonly DeliveryRecord[], last: Cut | undefined): Seal | undefined {
    const from = this.#cursor;
    const { scannedTo, waiting } = this.#reader;
    if (last !== undefined) return { from, to: last.cursor, deliveries, kind: waiting === 0 ? "last" : "more" };
    return waiting === 0 && scannedTo > from ? { from, to: scannedTo, deliveries: [] } : undefined;
  }
}
