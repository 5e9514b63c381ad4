import {
  partitionOf,
  type Advance,
  type DeliveryRecord,
  type FeedState,
  type Seal,
  type WaitSlot,
} from "@crewstream/redis";
import type { Wait } from "../endpoint/endpoint-gate.ts";
import type { FeedContext } from "../context.ts";
import { waitForEndpoint } from "../endpoint/wait-for-endpoint.ts";
import { publishedAt } from "../request/render.ts";
import { adaptiveSize } from "./adaptive-size.ts";
import type { Backlog, JobResult, Outgoing } from "./backlog.ts";
import { completionSeal } from "./completion.ts";
import { deadLetterBacklog, retryTimeMs } from "./dead-letter.ts";
import { FeedReader, readDelivery, recordOf, type Cut } from "./feed-reader.ts";
import { holdHead } from "./hold-head.ts";
import { isComplete, refreshExecutionState } from "./execution-state.ts";
import type { StreamView } from "./next-action.ts";
import type { OpenedFeed } from "../request/opened-feed.ts";
import { restOrWait } from "./rest.ts";

/** How long a worker waits at a feed for its next event, ms. */
const maxEventWaitMs = 1000;

/**
 * A feed. First come deliveries that were sealed by an earlier job: one that died before it recorded their attempts, or
 * that left the held head; then the events of the stream that are not sealed yet.
 */
export class FeedBacklog implements Backlog, Disposable {
  readonly waitsWith = "held";
  readonly window: number;
  readonly #context: FeedContext;
  readonly #feed: OpenedFeed;
  readonly #state: FeedState;
  readonly #reader: FeedReader;
  readonly #sealed: DeliveryRecord[];
  readonly #realtime: boolean;
  /** How many events a read is to find, if there are that many. */
  readonly #readLength: number;
  #cursor: number;
  /** Events of one delivery in adaptive real time. */
  #size = Infinity;
  #parked: number;
  /** The stream may have more than the last read found. */
  #hasMore = true;
  /** Its slot for waiting for events; kept until the job ends. */
  #waitSlot: WaitSlot | undefined;

  constructor(context: FeedContext, feed: OpenedFeed, state: FeedState) {
    const { batchMaxEvents, batchMaxBytes, realtimeWindow } = context.limits;
    const { mode, ordering, maxDelayMs, coalesce } = feed.subscription;
    const joins = maxDelayMs !== undefined || coalesce === true;
    this.#context = context;
    this.#feed = feed;
    this.#state = state;
    this.#realtime = mode === "realtime";
    this.window = this.#realtime && ordering === "relaxed" ? realtimeWindow : 1;
    this.#readLength = joins ? batchMaxEvents : realtimeWindow;
    this.#cursor = state.cursor;
    this.#parked = state.parked;
    this.#sealed = state.open.filter((open) => open.state !== "parked").map(({ state: _, ...record }) => record);
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

  get sealed(): readonly DeliveryRecord[] {
    return this.#sealed;
  }

  stream(): Omit<StreamView, "read"> {
    const { dry, scannedTo, waiting } = this.#reader;
    const ready = this.#ready();
    return {
      dry: dry && !this.#hasMore,
      realtime: this.#realtime,
      ready: ready === 0 && this.#completion() !== undefined ? 1 : ready,
      ripeAt: this.#ripeAt(),
      passesOver: waiting === 0 && scannedTo > this.#cursor,
      blocked: this.#parked >= this.#context.limits.maxParked,
    };
  }

  giveUpAfterMs(): number {
    return isComplete(this.#state) ? retryTimeMs(this.#context.limits, this.#feed.subscription) : Infinity;
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
    if (!this.#realtime && this.#sealed.length === 0) await this.#reader.readAhead();
  }

  async takeSealed(count: number): Promise<Outgoing[]> {
    const { store } = this.#context;
    const { address, renderer } = this.#feed;
    const taken: Outgoing[] = [];
    for (const record of this.#sealed.splice(0, count)) {
      taken.push({ record, events: await readDelivery(store, address, record, renderer) });
    }
    return taken;
  }

  takeNew(count: number): { deliveries: Outgoing[]; seal: Seal | undefined } {
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

  hold(record: DeliveryRecord): Promise<JobResult> {
    return holdHead(this.#context, this.#feed.address, record);
  }

  async parked(records: readonly DeliveryRecord[]): Promise<void> {
    this.#parked += records.length;
    const { queues } = this.#context;
    await Promise.all(
      records.map(({ first, nextAt = 0 }) =>
        queues.scheduleRetry({ ...this.#feed.address, first }, { delayMs: nextAt - Date.now() }),
      ),
    );
  }

  waitForEndpoint(refusal: Wait): Promise<JobResult> {
    return waitForEndpoint(this.#context, this.#feed.endpoint, this.#feed.address, refusal);
  }

  async deadLetter(): Promise<boolean> {
    const cursor = await deadLetterBacklog(this.#context, this.#feed, {
      sealed: this.#sealed.splice(0),
      reader: this.#reader,
      cursor: this.#cursor,
      state: this.#state,
    });
    if (cursor === undefined) return false;
    this.#cursor = cursor;
    return true;
  }

  async rest(expectsMore: boolean): Promise<JobResult | "more" | "waited"> {
    const { feedWaiters, store, limits } = this.#context;
    const { address } = this.#feed;
    const waits = expectsMore && this.#realtime;
    if (waits) this.#waitSlot ??= feedWaiters.acquire(address, partitionOf(address.executionId, store.partitions));
    const channel = waits ? this.#waitSlot?.channel : undefined;
    const rested = await restOrWait(this.#context, address, this.#state.feeds, channel);
    this.#hasMore = rested.kind !== "done";
    if (rested.kind === "waiting") {
      const notice = await this.#waitSlot?.next(maxEventWaitMs);
      this.#reader.offer(notice?.events ?? []);
      return "waited";
    }
    if (rested.kind === "done") return rested;
    // There may be no more events: the run has just ended.
    if (this.#state.completionDue) await refreshExecutionState(store, address, this.#state);
    // Another job has settled a parked delivery, so this job's count of them is too high: the next job reads it again.
    return this.#parked < limits.maxParked ? "more" : rested;
  }

  [Symbol.dispose](): void {
    this.#waitSlot?.[Symbol.dispose]();
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
