import type { Advance, DeliveryRecord, FeedState, Seal } from "@crewstream/redis";
import type { StoredEvent } from "@crewstream/contracts";
import type { FeedContext } from "../context.ts";
import type { OpenedFeed } from "../request/opened-feed.ts";
import { publishedAt } from "../request/render.ts";
import { adaptiveSize } from "./adaptive-size.ts";
import type { JobResult, Outgoing, StreamBacklog } from "./backlog.ts";
import { completionSeal } from "./completion.ts";
import { deadLetterStream } from "./dead-letter.ts";
import { isComplete, refreshExecutionState } from "./execution-state.ts";
import { FeedReader, recordOf, type Cut } from "./feed-reader.ts";
import type { StreamView } from "./next-action.ts";

/** The events of a feed's stream that are not sealed yet, and how they are divided into deliveries. */
export class FeedStream implements StreamBacklog {
  readonly #context: FeedContext;
  readonly #feed: OpenedFeed;
  readonly #state: FeedState;
  readonly #reader: FeedReader;
  readonly #realtime: boolean;
  /** How many events a read is to find, if there are that many. */
  readonly #readLength: number;
  #cursor: number;
  /** Events of one delivery in adaptive real time. */
  #size = Infinity;
  /** The stream may have more than the last read found. */
  #hasMore = true;

  constructor(context: FeedContext, feed: OpenedFeed, state: FeedState) {
    const { batchMaxEvents, batchMaxBytes, realtimeWindow } = context.limits;
    const { mode, maxDelayMs, coalesce } = feed.subscription;
    const joins = maxDelayMs !== undefined || coalesce === true;
    this.#context = context;
    this.#feed = feed;
    this.#state = state;
    this.#realtime = mode === "realtime";
    this.#readLength = joins ? batchMaxEvents : realtimeWindow;
    this.#cursor = state.cursor;
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

  view(): Omit<StreamView, "read"> {
    const { dry, scannedTo, waiting } = this.#reader;
    const ready = this.#ready();
    return {
      dry: dry && !this.#hasMore,
      realtime: this.#realtime,
      ready: ready === 0 && this.#completion() !== undefined ? 1 : ready,
      ripeAt: this.#ripeAt(),
      passesOver: waiting === 0 && scannedTo > this.#cursor,
    };
  }

  async read(room: number, latencyMs: number): Promise<void> {
    this.#hasMore = false;
    if (!this.#realtime) return this.#reader.fill();
    await this.#reader.fill(Math.max(room, this.#readLength));
    const { oldest, waiting } = this.#reader;
    const { maxDelayMs } = this.#feed.subscription;
    if (maxDelayMs === undefined || oldest === undefined) return;
    const ageMs = Date.now() - publishedAt(oldest);
    const window = this.#context.limits.realtimeWindow;
    this.#size = adaptiveSize({ waiting, ageMs, latencyMs, window, maxDelayMs });
  }

  /** Reads the next batch of a long backlog. */
  async readAhead(): Promise<void> {
    if (!this.#realtime) await this.#reader.readAhead();
  }

  take(count: number): { deliveries: Outgoing[]; seal: Seal | undefined } {
    const cuts: Cut[] = [];
    for (let next = 0; next < count; next += 1) {
      const cut = this.#reader.cut(this.#size);
      if (cut === undefined) break;
      cuts.push(cut);
    }
    const completion = cuts.length === 0 && count > 0 ? this.#completion() : undefined;
    if (completion !== undefined) {
      return { deliveries: completion.deliveries.map((record) => ({ record, events: [] })), seal: completion };
    }
    const deliveries = cuts.map((cut): Outgoing => ({ record: recordOf(cut), events: cut.events }));
    const records = deliveries.map(({ record }) => record);
    return { deliveries, seal: this.#sealOf(records, cuts.at(-1)) };
  }

  sealWritten({ to }: Seal, { complete }: Pick<Advance, "complete">): void {
    this.#cursor = to;
    if (complete !== undefined) this.#state.completionDue = false;
  }

  /**
   * While a job is active, its queue keeps one further job for the feed, the one that was added last: ours may replace one
   * that was added because the batch is full or the run has ended. So both are checked once ours is added; a job that is
   * added later replaces ours.
   */
  async leave(until: number): Promise<JobResult | undefined> {
    const { queues, store } = this.#context;
    const { address } = this.#feed;
    await queues.wakeFeed(address, { delayMs: until - Date.now() });
    await refreshExecutionState(store, address, this.#state);
    await this.#reader.fill();
    return this.#ripeAt() <= Date.now() ? undefined : { kind: "done" };
  }

  /** There may be more than was read: these events if they are the next ones, or others. */
  hasMore(events: readonly StoredEvent[] = []): void {
    this.#hasMore = true;
    this.#reader.offer(events);
  }

  /** Dead-letters everything. @returns false if another job has moved the cursor */
  async deadLetter(): Promise<boolean> {
    const reader = this.#reader;
    const cursor = await deadLetterStream(this.#context, this.#feed, this.#state, { reader, from: this.#cursor });
    if (cursor === undefined) return false;
    this.#cursor = cursor;
    return true;
  }

  #ready(): number {
    const { waiting } = this.#reader;
    if (!this.#realtime) return Math.min(1, waiting);
    return this.#feed.subscription.maxDelayMs === undefined ? waiting : Math.ceil(waiting / this.#size);
  }

  /** When the first batch can be sealed, ms. A complete stream gets no more events, so waiting would not fill the batch. */
  #ripeAt(): number {
    const { full, oldest } = this.#reader;
    if (this.#realtime || oldest === undefined || full || isComplete(this.#state)) return 0;
    return publishedAt(oldest) + this.#context.limits.batchMaxWaitMs;
  }

  #completion(): Seal | undefined {
    return completionSeal(this.#state, this.#reader, this.#cursor);
  }

  #sealOf(deliveries: readonly DeliveryRecord[], last: Cut | undefined): Seal | undefined {
    const from = this.#cursor;
    const { scannedTo, waiting } = this.#reader;
    if (last !== undefined) return { from, to: last.cursor, deliveries, kind: waiting === 0 ? "last" : "more" };
    return waiting === 0 && scannedTo > from ? { from, to: scannedTo, deliveries: [] } : undefined;
  }
}
