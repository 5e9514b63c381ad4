import {
  partitionOf,
  sealedRecords,
  type Advance,
  type DeliveryRecord,
  type FeedState,
  type Seal,
  type WaitSlot,
  type Settlement,
  type SettlementEffect,
} from "@crewstream/redis";
import { attemptDelivery } from "../attempt/attempt.ts";
import { isGivenUp } from "./dead-letter.ts";
import type { DeliveryContext, JobLease } from "../context.ts";
import { endFeed } from "./end-feed.ts";
import type { Permit } from "../endpoint/endpoint-gate.ts";
import { holdHead } from "./hold-head.ts";
import { InFlight } from "./in-flight.ts";
import { isComplete, refreshExecutionState } from "./look-at-batch.ts";
import type { OpenedFeed } from "./opened-feed.ts";
import { Outbox, type Outgoing, type PassState } from "./outbox.ts";
import { restOrWait, type DrainResult } from "./rest.ts";
import { publishSettlements, writeTurn } from "./settle.ts";
import { waitForEndpoint } from "../endpoint/wait-for-endpoint.ts";

/** A delivery with the leave to send it. */
interface Ready {
  outgoing: Outgoing;
  permit: Permit;
}

/** What one turn sends: deliveries, and the seal of those among them that are new. */
interface Turn {
  ready: Ready[];
  seal?: Seal | undefined;
}

/** A feed that always has more gives its worker slot to others after so long, ms. */
const quantumMs = 2000;
/** How long a worker waits at a feed for its next event, ms. */
const waitMs = 1000;
/** While a window in real time has room, the stream is looked at again after this, and then twice as long, ms. */
const firstLookMs = 25;
const maxReadMs = 200;

/**
 * One pass over a feed; {@link Drain.run} says what it wants next. It goes in turns: gather what may be sent, write down
 * what came back together with the seal of what goes out, send, wait for answers.
 */
export class Drain {
  readonly #context: DeliveryContext;
  readonly #feed: OpenedFeed;
  readonly #state: FeedState;
  readonly #lease: JobLease;
  readonly #outbox: Outbox;
  readonly #window: number;
  #startedAt = Date.now();
  /** A feed in real time that has just sent something is likely to have more soon. */
  #mayWait = false;
  /** Its slot for waiting; kept until the pass ends. */
  #waitSlot: WaitSlot | undefined;
  readonly #inFlight = new InFlight();
  #lookMs = firstLookMs;
  #settlements: Settlement[] = [];
  #parked: number;
  /** How long a request takes, ms: the last ones count most. */
  #latencyMs = 0;
  /** Why the receiver ended the subscription. */
  #ended: string | undefined;
  #pass: DrainResult | undefined;
  /** The head of a strict feed that was tried and waits for its next attempt. */
  #held: DeliveryRecord | undefined;
  #failure: { error: unknown } | undefined;

  constructor(context: DeliveryContext, feed: OpenedFeed, state: FeedState, lease: JobLease) {
    const { mode, ordering } = feed.subscription;
    this.#context = context;
    this.#feed = feed;
    this.#state = state;
    this.#lease = lease;
    this.#parked = state.parked;
    this.#window = mode === "realtime" && ordering === "relaxed" ? context.limits.realtimeWindow : 1;
    this.#outbox = new Outbox(context, feed, state);
  }

  async run(): Promise<DrainResult> {
    try {
      return await this.#turns();
    } finally {
      this.#waitSlot?.[Symbol.dispose]();
    }
  }

  async #turns(): Promise<DrainResult> {
    for (;;) {
      // Requests under way are awaited and written down also when something breaks.
      const turn = await this.#gather().catch((error: unknown) => this.#fail(error));
      await this.#write(turn);
      if (this.#inFlight.size > 0) {
        await this.#answers();
        continue;
      }
      if (this.#settlements.length > 0) continue;
      if (this.#ended !== undefined) await this.#end(this.#ended);
      if (this.#failure !== undefined) throw this.#failure.error;
      if (this.#held !== undefined) return holdHead(this.#context, this.#feed.address, this.#held);
      if (this.#pass !== undefined) return this.#pass;
      if (this.#outbox.hasLeftOver || (turn.ready.length > 0 && !this.#outbox.dry)) continue;
      const rested = await this.#rest();
      if (rested !== undefined) return rested;
    }
  }

  /** Puts the feed to rest; undefined if it has more events, which arrived just now or while the worker waited. */
  async #rest(): Promise<DrainResult | undefined> {
    const { feedWaiters, store, limits } = this.#context;
    const { address } = this.#feed;
    if (this.#mayWait)
      this.#waitSlot ??= feedWaiters.acquire(address, partitionOf(address.executionId, store.partitions));
    const channel = this.#mayWait ? this.#waitSlot?.channel : undefined;
    const rested = await restOrWait(this.#context, address, this.#state.feeds, channel);
    if (rested.kind === "waiting") {
      const notice = await this.#waitSlot?.next(waitMs);
      this.#mayWait = false;
      this.#startedAt = Date.now();
      this.#outbox.offer(notice?.events ?? []);
      return undefined;
    }
    // What came just now is read here, unless this pass knows of too many parked ones. It may be the run's end alone.
    if (rested.kind === "later" && this.#state.completionDue) await refreshExecutionState(store, address, this.#state);
    return rested.kind === "later" && this.#parked < limits.maxParked ? undefined : rested;
  }

  /** As many deliveries as there are, and as the window and the endpoint have room for. */
  async #gather(): Promise<Turn> {
    const room = this.#window - this.#inFlight.size;
    if (this.#pass !== undefined || this.#failure !== undefined || this.#ended !== undefined || room <= 0)
      return { ready: [] };
    if (this.#lease.deadline.aborted || !this.#lease.held() || Date.now() - this.#startedAt > quantumMs) {
      this.#pass = { kind: "later", delayMs: 0 };
      return { ready: [] };
    }
    const sendable = this.#parked < this.#context.limits.maxParked || this.#outbox.hasLeftOver;
    const found = sendable ? await this.#outbox.look(room, this.#passState()) : 0;
    if (typeof found !== "number") {
      this.#pass = found;
      return { ready: [] };
    }
    const permits = [...(await this.#permits(found))];
    try {
      const { deliveries, seal } = await this.#outbox.take(permits.length);
      const ready = deliveries.map((outgoing, index): Ready => ({ outgoing, permit: permits[index] as Permit }));
      permits.splice(0, ready.length);
      return { ready, seal };
    } finally {
      await this.#giveBack(permits);
    }
  }

  #passState(): PassState {
    const [idle, settled] = [this.#inFlight.size === 0, this.#settlements.length === 0];
    return { idle, settled, latencyMs: this.#latencyMs };
  }

  /** Leave for up to `want` requests. A feed with nothing under way waits for its turn; any other takes what is free. */
  async #permits(want: number): Promise<readonly Permit[]> {
    if (want === 0) return [];
    const { gate } = this.#context;
    const { endpoint, subscription } = this.#feed;
    if (this.#inFlight.size > 0 || this.#settlements.length > 0) return gate.tryAcquire(endpoint, want);
    const answer = await gate.acquireSome(endpoint, want);
    if (!("waitMs" in answer)) return answer;
    if (isComplete(this.#state) && isGivenUp(this.#context, subscription, answer.failingMs)) {
      await this.#outbox.deadLetterAll();
    }
    this.#pass = await waitForEndpoint(this.#context, endpoint, this.#feed.address, answer);
    return [];
  }

  /** Writes down what came back since the last time, and seals the turn's deliveries, in one script; then sends them. */
  async #write({ ready, seal }: Turn): Promise<void> {
    const settlements = this.#settlements;
    this.#settlements = [];
    const waiting = [...ready];
    try {
      if (settlements.length > 0 || seal !== undefined) {
        const written = await writeTurn(this.#context, this.#feed.address, { settlements, seal });
        if (written.sealed === "sealed" && seal !== undefined) this.#sealed(seal, waiting, written);
        // Another job has moved the cursor, or the receiver has ended the subscription: the next pass sees it.
        else if (written.sealed !== "nothing") this.#pass = { kind: "later", delayMs: 100 };
        // The write took longer than the lock lasts: what it sealed is sent by the worker that has the job now.
        if (!this.#lease.held()) this.#pass = { kind: "later", delayMs: 0 };
        if (this.#pass === undefined || (seal === undefined && this.#lease.held())) this.#sendAll(waiting.splice(0));
        await this.#publish(settlements, written.effects);
      } else this.#sendAll(waiting.splice(0));
    } catch (error) {
      this.#fail(error);
    }
    await this.#giveBack(waiting.map(({ permit }) => permit));
  }

  /** A turn's new deliveries are its last ones. */
  #sealed(seal: Seal, ready: readonly Ready[], written: Advance): void {
    this.#outbox.sealed(seal, written);
    const last = ready.at(-1);
    const [record] = sealedRecords(seal.deliveries.slice(-1), written);
    if (last !== undefined && record !== undefined) last.outgoing.record = record;
  }

  #sendAll(ready: readonly Ready[]): void {
    if (ready.length > 0) this.#mayWait = this.#feed.subscription.mode === "realtime";
    for (const { outgoing, permit } of ready) {
      this.#inFlight.add(this.#attempt(outgoing, permit).catch((error: unknown) => void this.#fail(error)));
    }
  }

  async #giveBack(permits: readonly Permit[]): Promise<void> {
    await Promise.all(permits.map((permit) => permit.release({ verdict: "silent" })));
  }

  async #attempt(outgoing: Outgoing, permit: Permit): Promise<void> {
    const { disposition, settlement } = await attemptDelivery(
      this.#context,
      this.#feed,
      { ...outgoing, permit, ordering: this.#feed.subscription.ordering },
      this.#lease.deadline,
    );
    if (settlement !== undefined) this.#settlements.push(settlement);
    const latencyMs = settlement?.attempt?.durationMs ?? this.#latencyMs;
    this.#latencyMs = this.#latencyMs === 0 ? latencyMs : 0.8 * this.#latencyMs + 0.2 * latencyMs;
    if (disposition.kind === "unchanged") this.#pass = { kind: "later", delayMs: 0 };
    if (disposition.kind === "held") {
      this.#held = disposition.record;
      this.#pass = { kind: "done" };
    }
    if (disposition.endsFeed) this.#ended = disposition.record.outcome ?? "gone";
  }

  /** Waits for answers; in real time also for events, and for places at the endpoint, that come while the window has room. */
  async #answers(): Promise<void> {
    const looks = this.#feed.subscription.mode === "realtime" && this.#inFlight.size < this.#window;
    const ahead = this.#outbox.readAhead().catch((error: unknown) => void this.#fail(error));
    await this.#inFlight.some(looks ? this.#lookMs : undefined);
    await ahead;
    this.#lookMs = this.#settlements.length > 0 ? firstLookMs : Math.min(2 * this.#lookMs, maxReadMs);
  }

  /** Tells the lists of what came back, and schedules what was parked. */
  async #publish(settlements: readonly Settlement[], effects: readonly SettlementEffect[]): Promise<void> {
    const { address, endpoint } = this.#feed;
    await publishSettlements(this.#context, address, endpoint, settlements, effects);
    const parked = settlements.filter(({ outcome }) => outcome === "parked");
    this.#parked += parked.length;
    await Promise.all(
      parked.map(({ record: { first, nextAt = 0 } }) =>
        this.#context.queues.scheduleRetry({ ...address, first }, { delayMs: nextAt - Date.now() }),
      ),
    );
  }

  async #end(reason: string): Promise<void> {
    await endFeed(this.#context, this.#feed.address, this.#feed.endpoint, reason);
    this.#pass ??= { kind: "later", delayMs: 0 };
  }

  #fail(error: unknown): Turn {
    this.#failure ??= { error };
    return { ready: [] };
  }
}
