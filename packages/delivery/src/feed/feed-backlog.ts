import { partitionOf, type DeliveryRecord, type FeedState, type WaitSlot } from "@crewstream/redis";
import type { FeedContext } from "../context.ts";
import type { Wait } from "../endpoint/endpoint-gate.ts";
import { waitForEndpoint } from "../endpoint/wait-for-endpoint.ts";
import type { OpenedFeed } from "../request/opened-feed.ts";
import type { Backlog, JobResult, Outgoing } from "./backlog.ts";
import { deadLetter, retryTimeMs } from "./dead-letter.ts";
import { isComplete, refreshExecutionState } from "./execution-state.ts";
import { readDelivery } from "./feed-reader.ts";
import { FeedStream } from "./feed-stream.ts";
import { holdHead } from "./hold-head.ts";
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
  readonly stream: FeedStream;
  readonly #context: FeedContext;
  readonly #feed: OpenedFeed;
  readonly #state: FeedState;
  readonly #sealed: DeliveryRecord[];
  #parked: number;
  /** Its slot for waiting for events; kept until the job ends. */
  #waitSlot: WaitSlot | undefined;

  constructor(context: FeedContext, feed: OpenedFeed, state: FeedState) {
    const { mode, ordering } = feed.subscription;
    this.#context = context;
    this.#feed = feed;
    this.#state = state;
    this.window = mode === "realtime" && ordering === "relaxed" ? context.limits.realtimeWindow : 1;
    this.stream = new FeedStream(context, feed, state);
    this.#parked = state.parked;
    this.#sealed = state.open.filter((open) => open.state !== "parked").map(({ state: _, ...record }) => record);
  }

  get sealed(): readonly DeliveryRecord[] {
    return this.#sealed;
  }

  get blocked(): boolean {
    return this.#parked >= this.#context.limits.maxParked;
  }

  giveUpAfterMs(): number {
    return isComplete(this.#state) ? retryTimeMs(this.#context.limits, this.#feed.subscription) : Infinity;
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
    const sealed = this.#sealed.splice(0);
    if (sealed.length > 0) await deadLetter(this.#context, this.#feed.address, this.#feed.endpoint, sealed);
    return this.stream.deadLetter();
  }

  async rest(expectsMore: boolean): Promise<JobResult | "more" | "waited"> {
    const { feedWaiters, store } = this.#context;
    const { address, subscription } = this.#feed;
    const waits = expectsMore && subscription.mode === "realtime";
    if (waits) this.#waitSlot ??= feedWaiters.acquire(address, partitionOf(address.executionId, store.partitions));
    const channel = waits ? this.#waitSlot?.channel : undefined;
    const rested = await restOrWait(this.#context, address, this.#state.feeds, channel);
    if (rested.kind === "done") return rested;
    if (rested.kind === "waiting") {
      const notice = await this.#waitSlot?.next(maxEventWaitMs);
      this.stream.hasMore(notice?.events);
      return "waited";
    }
    // Another job has settled a parked delivery, so this job's count of them is too high: the next job reads it again.
    if (this.blocked) return rested;
    // There may be no more events: the run has just ended.
    if (this.#state.completionDue) await refreshExecutionState(store, address, this.#state);
    this.stream.hasMore();
    return "more";
  }

  [Symbol.dispose](): void {
    this.#waitSlot?.[Symbol.dispose]();
  }
}
