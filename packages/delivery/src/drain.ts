import { AppError, ErrorCode } from "@crewstream/contracts";
import {
  readExecutionHead,
  sealDeliveries,
  type DeliveryRecord,
  type FeedState,
  type Settlement,
} from "@crewstream/redis";
import { attemptDelivery, type OpenedFeed } from "./attempt.ts";
import { bury, buryPage, isComplete, isLost } from "./bury.ts";
import type { DeliveryContext } from "./context.ts";
import { endFeed } from "./end-feed.ts";
import type { Permit, Wait } from "./endpoint-gate.ts";
import { FeedReader, readDelivery, type Cut } from "./feed-reader.ts";
import type { RenderedEvent } from "./render.ts";
import { rest, type DrainResult } from "./rest.ts";
import { settle } from "./settle.ts";

/** A sealed delivery and its events. */
interface Sealed {
  record: DeliveryRecord;
  events: readonly RenderedEvent[];
}

/** A delivery with the leave to send it. */
interface Ready {
  sealed: Sealed;
  permit: Permit;
}

/** Waiting for the next wake of a blocked endpoint is spread over this much more, so that feeds do not come together. */
const spreadMs = 1000;

/** One pass over a feed; {@link Drain.run} says what it wants next. */
export class Drain {
  readonly #context: DeliveryContext;
  readonly #feed: OpenedFeed;
  readonly #state: FeedState;
  readonly #signal: AbortSignal;
  readonly #reader: FeedReader;
  readonly #window: number;
  /** Sealed by a job that did not live to settle them; they go first, as they were. */
  readonly #leftOver: DeliveryRecord[];
  readonly #inFlight = new Set<Promise<void>>();
  #settlements: Settlement[] = [];
  #cursor: number;
  #parked: number;
  #pass: DrainResult | undefined;
  #failure: { error: unknown } | undefined;

  constructor(context: DeliveryContext, feed: OpenedFeed, state: FeedState, signal: AbortSignal) {
    const { batchMaxEvents, batchMaxBytes, realtimeWindow } = context.limits;
    const realtime = feed.subscription.mode === "realtime";
    this.#context = context;
    this.#feed = feed;
    this.#state = state;
    this.#signal = signal;
    this.#cursor = state.cursor;
    this.#parked = state.parked;
    this.#window = realtime && feed.subscription.ordering === "relaxed" ? realtimeWindow : 1;
    this.#leftOver = state.open
      .filter((delivery) => delivery.state === "sealed")
      .map(({ state: _, ...record }) => record);
    this.#reader = new FeedReader(context.store, feed.address, {
      cursor: state.cursor,
      until: state.until,
      renderer: feed.renderer,
      limits: { maxEvents: realtime ? 1 : batchMaxEvents, maxBytes: batchMaxBytes },
    });
  }

  async run(): Promise<DrainResult> {
    for (;;) {
      // Requests under way are awaited and written down also when something breaks.
      await this.#launch().catch((error: unknown) => {
        this.#failure ??= { error };
      });
      await this.#settle();
      if (this.#inFlight.size === 0) {
        if (this.#failure !== undefined) throw this.#failure.error;
        if (this.#pass !== undefined) return this.#pass;
        if (this.#settlements.length === 0 && !(await this.#more())) break;
      } else {
        await Promise.race(this.#inFlight);
      }
    }
    return rest(this.#context, this.#feed.address, this.#state.feeds);
  }

  /** Whether there is something to send still; moves the cursor past what was read and not selected. */
  async #more(): Promise<boolean> {
    if (this.#leftOver.length > 0) return true;
    if (this.#parked >= this.#context.limits.maxParked) return false;
    await this.#reader.fill();
    if (this.#reader.oldest !== undefined) return true;
    if (this.#reader.scannedTo > this.#cursor) await this.#seal(this.#reader.scannedTo, []);
    return false;
  }

  /** Starts as many deliveries as the window and the endpoint have room for. */
  async #launch(): Promise<void> {
    const ready: Ready[] = [];
    let sealed = false;
    try {
      sealed = await this.#gather(ready);
    } finally {
      if (!sealed) await Promise.all(ready.map(({ permit }) => permit.release({ verdict: "silent" })));
    }
    if (sealed) for (const each of ready) this.#send(each.sealed, each.permit);
  }

  /** Fills `ready` with deliveries, and seals the new ones among them; false when none of them may be sent. */
  async #gather(ready: Ready[]): Promise<boolean> {
    const fresh: Sealed[] = [];
    let cursor = this.#cursor;
    while (
      this.#pass === undefined &&
      this.#failure === undefined &&
      this.#inFlight.size + ready.length < this.#window
    ) {
      if (this.#signal.aborted) {
        this.#pass = { kind: "later", delayMs: 0 };
        break;
      }
      const head = this.#leftOver[0];
      if (head?.nextAt !== undefined && head.nextAt > Date.now()) {
        this.#pass = laterAt(head.nextAt);
        break;
      }
      if (head === undefined && !(await this.#prepare())) break;
      const permit = await this.#permit(this.#inFlight.size + ready.length === 0);
      if (permit === undefined) break;
      const record = this.#leftOver.shift();
      const next: Ready = { permit, sealed: { record: record ?? newRecord(0, 0, 0), events: [] } };
      ready.push(next);
      if (record !== undefined) {
        next.sealed.events = await readDelivery(this.#context.store, this.#feed.address, record, this.#feed.renderer);
        continue;
      }
      const cut = this.#reader.cut();
      const [first, last] = [cut?.events[0], cut?.events.at(-1)];
      if (cut === undefined || first === undefined || last === undefined) {
        ready.pop();
        await permit.release({ verdict: "silent" });
        break;
      }
      cursor = cut.cursor;
      next.sealed = { record: newRecord(first.seq, last.seq, cut.events.length), events: cut.events };
      fresh.push(next.sealed);
    }
    return fresh.length === 0 || this.#seal(cursor, fresh);
  }

  /** Fills the reader; false when nothing is to be sealed now (nothing there, or a batch that may still grow). */
  async #prepare(): Promise<boolean> {
    if (this.#parked >= this.#context.limits.maxParked) return false;
    if (this.#reader.oldest === undefined || !this.#reader.full) await this.#reader.fill();
    const { oldest } = this.#reader;
    if (oldest === undefined) return false;
    // Nothing more comes soon to a complete stream: waiting would not fill the batch.
    if (this.#feed.subscription.mode === "realtime" || this.#reader.full || isComplete(this.#state)) return true;
    const youngMs = oldest.at + this.#context.limits.batchMaxWaitMs - Date.now();
    if (youngMs <= 0) return true;
    return this.#inFlight.size === 0 && (await this.#leaveToGrow(youngMs));
  }

  /**
   * Ends this pass with a wake for when the batch is old enough. While this job is active its queue keeps one further
   * wake, the last one asked for: ours may take the place of one that said that the batch is full or the run over. So
   * that is looked for after ours stands; whatever comes later takes the place of ours.
   * @returns whether there is no need to wait after all
   */
  async #leaveToGrow(youngMs: number): Promise<boolean> {
    const { store, queues } = this.#context;
    const { address } = this.#feed;
    await queues.wakeFeed(address, { delayMs: youngMs });
    const head = await readExecutionHead(store, address.executionId);
    if (head !== undefined) this.#state.executionState = head.state;
    await this.#reader.fill();
    if (this.#reader.full || isComplete(this.#state)) return true;
    this.#pass = { kind: "done" };
    return false;
  }

  /** Leave for one request. Only the first of a window waits for it; the others take what is free. */
  async #permit(first: boolean): Promise<Permit | undefined> {
    const { gate } = this.#context;
    if (!first) return gate.tryAcquire(this.#feed.endpoint);
    const answer: Permit | Wait = await gate.acquire(this.#feed.endpoint);
    if ("release" in answer) return answer;
    if (isComplete(this.#state) && isLost(this.#context, this.#feed.subscription, answer.failingMs)) await this.#bury();
    this.#pass = { kind: "later", delayMs: answer.waitMs + Math.random() * spreadMs };
    return undefined;
  }

  /** Seals before the first byte leaves. False when another job has moved the cursor: this one starts over. */
  async #seal(cursor: number, fresh: readonly Sealed[]): Promise<boolean> {
    const deliveries = fresh.map((sealed) => sealed.record);
    const seal = { from: this.#cursor, to: cursor, deliveries };
    const moved = await sealDeliveries(this.#context.store, this.#feed.address, seal).catch((error: unknown) => {
      // The receiver has ended the subscription meanwhile: the next pass sees it.
      if (AppError.is(error, ErrorCode.conflict)) return false;
      throw error;
    });
    if (moved) this.#cursor = cursor;
    else this.#pass = { kind: "later", delayMs: 100 };
    return moved;
  }

  /** Gives up all that waits for an endpoint which has been failing for too long. */
  async #bury(): Promise<void> {
    const { address, endpoint } = this.#feed;
    await bury(this.#context, address, endpoint, this.#leftOver.splice(0));
    for (;;) {
      const cuts: Cut[] = [];
      while (cuts.length < buryPage) {
        await this.#reader.fill();
        const cut = this.#reader.cut();
        if (cut === undefined) break;
        cuts.push(cut);
      }
      const sealed = cuts.map((cut) => ({ record: recordOf(cut), events: [] }));
      const last = cuts.at(-1);
      if (last === undefined || !(await this.#seal(last.cursor, sealed))) return;
      await bury(
        this.#context,
        address,
        endpoint,
        sealed.map(({ record }) => record),
      );
    }
  }

  #send(sealed: Sealed, permit: Permit): void {
    const sending = this.#attempt(sealed, permit).catch((error: unknown) => {
      this.#failure ??= { error };
    });
    const tracked = sending.finally(() => this.#inFlight.delete(tracked));
    this.#inFlight.add(tracked);
  }

  async #attempt(sealed: Sealed, permit: Permit): Promise<void> {
    const { fate, settlement } = await attemptDelivery(
      this.#context,
      this.#feed,
      { ...sealed, permit, ordering: this.#feed.subscription.ordering },
      this.#signal,
    );
    if (settlement !== undefined) this.#settlements.push(settlement);
    if (fate.kind === "unchanged") this.#pass = { kind: "later", delayMs: 0 };
    if (fate.kind === "held") this.#pass = laterAt(fate.record.nextAt);
    if (fate.endsFeed) await this.#end(fate.record.outcome ?? "gone");
  }

  /** Writes down what has come back since the last time, in one script, and schedules what was parked. */
  async #settle(): Promise<void> {
    const settlements = this.#settlements;
    if (settlements.length === 0) return;
    this.#settlements = [];
    const { queues } = this.#context;
    await settle(this.#context, this.#feed.address, this.#feed.endpoint, settlements);
    const parked = settlements.filter(({ outcome }) => outcome === "parked");
    this.#parked += parked.length;
    await Promise.all(
      parked.map(({ record }) =>
        queues.scheduleRetry(
          { ...this.#feed.address, first: record.first },
          { delayMs: (record.nextAt ?? 0) - Date.now() },
        ),
      ),
    );
  }

  async #end(reason: string): Promise<void> {
    await this.#settle();
    await endFeed(this.#context, this.#feed.address, this.#feed.endpoint, reason);
    this.#leftOver.length = 0;
    this.#pass ??= { kind: "later", delayMs: 0 };
  }
}

function laterAt(time: number | undefined): DrainResult {
  return { kind: "later", delayMs: Math.max(0, (time ?? 0) - Date.now()) };
}

function recordOf({ events }: Cut): DeliveryRecord {
  return newRecord(events[0]?.seq ?? 0, events.at(-1)?.seq ?? 0, events.length);
}

function newRecord(first: number, last: number, events: number): DeliveryRecord {
  return { first, last, events, sealedAt: Date.now(), attempts: 0 };
}
