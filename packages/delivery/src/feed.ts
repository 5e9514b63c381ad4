import { endpointId } from "@crewstream/contracts";
import {
  readFeed,
  restFeed,
  retireExecution,
  sealDeliveries,
  type DeliveryRecord,
  type FeedAddress,
  type FeedState,
  type Settlement,
} from "@crewstream/redis";
import { attemptDelivery, openFeed, type OpenedFeed } from "./attempt.ts";
import type { DeliveryContext } from "./context.ts";
import { endFeed } from "./end-feed.ts";
import type { Permit, Wait } from "./endpoint-gate.ts";
import { FeedReader, readDelivery } from "./feed-reader.ts";
import { createRenderer, type RenderedEvent } from "./render.ts";
import { settle } from "./settle.ts";

/** What a drained feed wants next: nothing until it is woken, or another pass after a delay. */
export type DrainResult = { kind: "done" } | { kind: "later"; delayMs: number };

/** A sealed delivery and its events. */
interface Sealed {
  record: DeliveryRecord;
  events: readonly RenderedEvent[];
}

/** Waiting for the next wake of a blocked endpoint is spread over this much more, so that feeds do not come together. */
const spreadMs = 1000;

/**
 * Delivers what a feed has after its cursor: read, filter, seal, send, settle, until nothing is left, the endpoint
 * is not to be reached, or the shutdown's deadline has passed (`signal`).
 *
 * A job is the only writer of its feed as long as its queue believes in it. Where two run at once nonetheless (a
 * paused process that wakes up), the seal's compare-and-set keeps each event in one delivery, and a delivery that is
 * sent twice has the same id and bytes.
 */
export async function drainFeed(
  context: DeliveryContext,
  address: FeedAddress,
  signal: AbortSignal,
): Promise<DrainResult> {
  const state = await readFeed(context.store, address);
  if (state === undefined) return { kind: "done" };
  if (state.state !== "open") return rest(context, address, state.feeds);
  const { subscription } = state;
  const feed = openFeed(context, {
    address,
    subscription,
    renderer: createRenderer(subscription),
    endpoint: endpointId(new URL(subscription.url)),
  });
  return new Drain(context, feed, state, signal).run();
}

/** Puts a feed to rest, and lets its execution expire when this was its last one. */
export async function rest(context: DeliveryContext, address: FeedAddress, feeds: number): Promise<DrainResult> {
  const answer = await restFeed(context.store, address, context.limits.maxParked);
  if (answer === "more") return { kind: "later", delayMs: 0 };
  if (answer === "all_done") {
    await retireExecution(context.store, address.executionId, { feeds, retentionMs: context.limits.retentionMs });
  }
  return { kind: "done" };
}

class Drain {
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
      await this.#launch();
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
    const ready: { sealed: Sealed; permit: Permit }[] = [];
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
      if (record !== undefined) {
        const events = await readDelivery(this.#context.store, this.#feed.address, record, this.#feed.renderer);
        ready.push({ sealed: { record, events }, permit });
        continue;
      }
      const cut = this.#reader.cut();
      const [first, last] = [cut?.events[0], cut?.events.at(-1)];
      if (cut === undefined || first === undefined || last === undefined) {
        await permit.release({ verdict: "silent" });
        break;
      }
      cursor = cut.cursor;
      const sealed = { record: newRecord(first.seq, last.seq, cut.events.length), events: cut.events };
      fresh.push(sealed);
      ready.push({ sealed, permit });
    }
    if (fresh.length > 0 && !(await this.#seal(cursor, fresh))) {
      await Promise.all(ready.map(({ permit }) => permit.release({ verdict: "silent" })));
      return;
    }
    for (const { sealed, permit } of ready) this.#send(sealed, permit);
  }

  /** Fills the reader; false when nothing is to be sealed now (nothing there, or a batch that may still grow). */
  async #prepare(): Promise<boolean> {
    if (this.#parked >= this.#context.limits.maxParked) return false;
    if (this.#reader.oldest === undefined || !this.#reader.full) await this.#reader.fill();
    const { oldest } = this.#reader;
    if (oldest === undefined) return false;
    const { executionState, until } = this.#state;
    // Nothing more comes soon: waiting would not fill the batch.
    const ended = until !== undefined || (executionState !== "RUNNING" && executionState !== "STARTED");
    if (this.#feed.subscription.mode === "realtime" || this.#reader.full || ended) return true;
    const youngMs = oldest.at + this.#context.limits.batchMaxWaitMs - Date.now();
    if (youngMs <= 0) return true;
    if (this.#inFlight.size === 0) this.#pass = { kind: "later", delayMs: youngMs };
    return false;
  }

  /** Leave for one request. Only the first of a window waits for it; the others take what is free. */
  async #permit(first: boolean): Promise<Permit | undefined> {
    const { gate } = this.#context;
    if (!first) return gate.tryAcquire(this.#feed.endpoint);
    const answer: Permit | Wait = await gate.acquire(this.#feed.endpoint);
    if ("release" in answer) return answer;
    this.#pass = { kind: "later", delayMs: answer.waitMs + Math.random() * spreadMs };
    return undefined;
  }

  /** Seals before the first byte leaves. False when another job has moved the cursor: this one starts over. */
  async #seal(cursor: number, fresh: readonly Sealed[]): Promise<boolean> {
    const deliveries = fresh.map((sealed) => sealed.record);
    const moved = await sealDeliveries(this.#context.store, this.#feed.address, {
      from: this.#cursor,
      to: cursor,
      deliveries,
    });
    if (moved) this.#cursor = cursor;
    else this.#pass = { kind: "later", delayMs: 100 };
    return moved;
  }

  #send(sealed: Sealed, permit: Permit): void {
    const sending = this.#attempt(sealed, permit).catch((error: unknown) => {
      this.#failure ??= { error };
    });
    const tracked = sending.finally(() => this.#inFlight.delete(tracked));
    this.#inFlight.add(tracked);
  }

  async #attempt(sealed: Sealed, permit: Permit): Promise<void> {
    const { fate, settlement } = await attemptDelivery(this.#context, this.#feed, { ...sealed, permit }, this.#signal);
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

function newRecord(first: number, last: number, events: number): DeliveryRecord {
  return { first, last, events, sealedAt: Date.now(), attempts: 0 };
}
