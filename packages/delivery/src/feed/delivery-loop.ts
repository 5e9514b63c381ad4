import { sealedRecords, type Advance, type Seal, type Settlement } from "@crewstream/redis";
import { attemptDelivery } from "../attempt/attempt.ts";
import type { FeedContext, JobLease } from "../context.ts";
import type { Permit } from "../endpoint/endpoint-gate.ts";
import type { Backlog, JobResult, Outgoing } from "./backlog.ts";
import { endFeed } from "./end-feed.ts";
import { RequestsInFlight } from "./requests-in-flight.ts";
import { nextAction, type Action, type Stop, type View } from "./next-action.ts";
import type { OpenedFeed } from "../request/opened-feed.ts";
import { publishSettlements, writeTurn } from "./settle.ts";

/** While a window in real time has room, the stream is read again after this, and then after twice as long, ms. */
const minLookMs = 25;
const maxLookMs = 200;

/** A job whose feed was changed by another one is repeated after this, ms. */
const staleMs = 100;

/** The order in which reasons to stop are acted on. */
const stopOrder: readonly Stop["kind"][] = ["closed", "failed", "held", "later"];

/** A delivery with the permit to send it. */
interface Ready {
  outgoing: Outgoing;
  permit: Permit;
}

/** Works through a backlog: performs what {@link nextAction} says until the job ends. */
export class DeliveryLoop {
  readonly #context: FeedContext;
  readonly #feed: OpenedFeed;
  readonly #lease: JobLease;
  readonly #backlog: Backlog;
  readonly #inFlight = new RequestsInFlight();
  readonly #stops = new Map<Stop["kind"], Stop>();
  #startedAt = Date.now();
  /** Attempts that have ended and are not recorded. */
  #settlements: Settlement[] = [];
  #closed = false;
  #read = false;
  #asked = false;
  #refusal: View["refusal"];
  /** It has sent something since its worker last waited for an event. */
  #hasSent = false;
  #lookMs = minLookMs;
  /** How long a request takes, ms; an average in which the last ones count most. */
  #latencyMs = 0;

  constructor(context: FeedContext, feed: OpenedFeed, backlog: Backlog, lease: JobLease) {
    this.#context = context;
    this.#feed = feed;
    this.#backlog = backlog;
    this.#lease = lease;
  }

  /** @throws what failed, after all requests in flight were awaited and recorded */
  async run(): Promise<JobResult> {
    for (;;) {
      const action = nextAction(this.#view(), Date.now());
      const result =
        action.kind === "end"
          ? await this.#end(action.stop)
          : await this.#perform(action).catch((error: unknown) => this.#stop({ kind: "failed", error }));
      if (result !== undefined) return result;
    }
  }

  #view(): View {
    const { window, sealed, stream, blocked } = this.#backlog;
    return {
      leased: !this.#lease.deadline.aborted && this.#lease.held(),
      startedAt: this.#startedAt,
      stop: stopOrder.map((kind) => this.#stops.get(kind)).find((stop) => stop !== undefined),
      closed: this.#closed,
      inFlight: this.#inFlight.size,
      window,
      unrecorded: this.#settlements.length,
      asked: this.#asked,
      sealed,
      stream: stream === undefined ? undefined : { ...stream.view(), read: this.#read },
      blocked,
      refusal: this.#refusal,
      giveUpAfterMs: this.#refusal === undefined ? Infinity : this.#backlog.giveUpAfterMs(),
    };
  }

  /** @returns how the job ends, if it does */
  async #perform(action: Exclude<Action, { kind: "end" }>): Promise<JobResult | undefined> {
    switch (action.kind) {
      case "read":
        this.#read = true;
        await this.#backlog.stream?.read(action.room, this.#latencyMs);
        return undefined;
      case "send":
        return this.#send(action.count, async (count) => ({ deliveries: await this.#backlog.takeSealed(count) }));
      case "seal":
        return this.#send(action.count, async (count) => this.#backlog.stream?.take(count) ?? { deliveries: [] });
      case "record":
        await this.#write([], undefined);
        return undefined;
      case "wait":
        return this.#wait(action);
      case "hold":
        return this.#backlog.hold(action.record);
      case "dead-letter":
        this.#changed();
        if (!(await this.#backlog.deadLetter())) this.#stop({ kind: "later", delayMs: staleMs });
        return undefined;
      case "rest":
        return this.#rest();
      default:
        return action satisfies never;
    }
  }

  /** Acquires permits, records ended attempts together with the seal of new deliveries, and sends. */
  async #send(
    count: number,
    take: (count: number) => Promise<{ deliveries: Outgoing[]; seal?: Seal | undefined }>,
  ): Promise<JobResult | undefined> {
    const permits = count === 0 ? [] : await this.#acquire(count);
    let waiting: Ready[] = [];
    try {
      if (this.#refusal !== undefined) return undefined;
      const { deliveries, seal } = await take(permits.length);
      waiting = deliveries.map((outgoing) => ({ outgoing, permit: permits.shift() as Permit }));
      await this.#write(waiting, seal);
      this.#asked = this.#inFlight.size > 0;
    } finally {
      await giveBack([...permits, ...waiting.map(({ permit }) => permit)]);
    }
    return undefined;
  }

  /** A job with nothing in flight waits for its turn; otherwise it takes the permits that are free. */
  async #acquire(count: number): Promise<Permit[]> {
    const { gate } = this.#context;
    const { endpoint } = this.#feed;
    if (this.#inFlight.size > 0 || this.#settlements.length > 0) return gate.tryAcquire(endpoint, count);
    const answer = await gate.acquireSome(endpoint, count);
    if (!("waitMs" in answer)) return [...answer];
    this.#refusal = answer;
    return [];
  }

  /** Records ended attempts and the seal in one script, then sends. Deliveries that must not be sent stay in `ready`. */
  async #write(ready: Ready[], seal: Seal | undefined): Promise<void> {
    const settlements = this.#settlements.splice(0);
    if (settlements.length === 0 && seal === undefined) {
      this.#sendAll(ready);
      return;
    }
    const written = await writeTurn(this.#context, this.#feed.address, { settlements, seal });
    if (written.sealed === "sealed" && seal !== undefined) this.#sealed(seal, ready, written);
    // Another job has moved the cursor, or the receiver has ended the subscription: the next job sees it.
    else if (written.sealed !== "nothing") this.#stop({ kind: "later", delayMs: staleMs });
    this.#sendAll(ready);
    await publishSettlements(this.#context, this.#feed.address, this.#feed.endpoint, settlements, written.effects);
    const parked = settlements.filter(({ outcome }) => outcome === "parked").map(({ record }) => record);
    if (parked.length > 0) await this.#backlog.parked(parked);
  }

  /** New deliveries were sealed: the last one may have become the feed's last. */
  #sealed(seal: Seal, ready: readonly Ready[], written: Advance): void {
    this.#backlog.stream?.sealWritten(seal, written);
    const last = ready.at(-1);
    const [record] = sealedRecords(seal.deliveries.slice(-1), written);
    if (last !== undefined && record !== undefined) last.outgoing.record = record;
  }

  /** Sends, unless the job is to end: acquiring and writing may have taken longer than its lock lasts. */
  #sendAll(ready: Ready[]): void {
    if (ready.length === 0) return;
    if (!this.#lease.held()) this.#stop({ kind: "later", delayMs: 0 });
    if (this.#stops.size > 0) return;
    this.#hasSent = true;
    for (const { outgoing, permit } of ready.splice(0)) {
      this.#inFlight.add(
        this.#attempt(outgoing, permit).catch((error: unknown) => this.#stop({ kind: "failed", error })),
      );
    }
  }

  async #attempt(outgoing: Outgoing, permit: Permit): Promise<void> {
    const ordering = this.#backlog.waitsWith === "held" ? this.#feed.subscription.ordering : "relaxed";
    const { disposition, settlement } = await attemptDelivery(
      this.#context.attempt,
      this.#feed,
      { ...outgoing, permit, ordering },
      this.#lease.deadline,
    );
    if (settlement !== undefined) this.#settlements.push(settlement);
    const latencyMs = settlement?.attempt?.durationMs ?? this.#latencyMs;
    this.#latencyMs = this.#latencyMs === 0 ? latencyMs : 0.8 * this.#latencyMs + 0.2 * latencyMs;
    const { kind, record } = disposition;
    if (kind === "unchanged") this.#stop({ kind: "later", delayMs: 0 });
    if (kind === this.#backlog.waitsWith) this.#stop({ kind: "held", record });
    if (disposition.endsFeed) this.#stop({ kind: "closed", reason: record.outcome ?? "gone" });
  }

  async #wait(action: Extract<Action, { kind: "wait" }>): Promise<JobResult | undefined> {
    switch (action.for) {
      case "responses":
        await this.#responses(action.look);
        return undefined;
      case "endpoint":
        return this.#backlog.waitForEndpoint(action.refusal);
      case "batch":
        return this.#backlog.stream?.leave(action.until);
      default:
        return action satisfies never;
    }
  }

  /** In real time it waits for events, and for room at the endpoint, too. */
  async #responses(look: boolean): Promise<void> {
    const { sealed, stream } = this.#backlog;
    const ahead = sealed.length > 0 ? undefined : stream?.readAhead();
    const failure = ahead?.catch((error: unknown) => this.#stop({ kind: "failed", error }));
    await this.#inFlight.nextResponses(look ? this.#lookMs : undefined);
    await failure;
    this.#lookMs = this.#settlements.length > 0 ? minLookMs : Math.min(2 * this.#lookMs, maxLookMs);
    this.#changed();
  }

  async #rest(): Promise<JobResult | undefined> {
    const rested = await this.#backlog.rest(this.#hasSent);
    if (rested === "waited") {
      this.#hasSent = false;
      this.#startedAt = Date.now();
    }
    if (rested !== "more" && rested !== "waited") return rested;
    this.#changed();
    return undefined;
  }

  async #end(stop: Stop): Promise<JobResult | undefined> {
    switch (stop.kind) {
      case "closed":
        this.#stops.delete("closed");
        this.#closed = true;
        await endFeed(this.#context, this.#feed.address, this.#feed.endpoint, stop.reason);
        return undefined;
      case "failed":
        throw stop.error;
      case "held":
        return this.#backlog.hold(stop.record);
      case "later":
        return stop;
      default:
        return stop satisfies never;
    }
  }

  /** The stream may have more, and the endpoint more room. */
  #changed(): void {
    this.#read = false;
    this.#asked = false;
    this.#refusal = undefined;
  }

  /** The first reason of a kind is the one that counts. */
  #stop(stop: Stop): undefined {
    if (!this.#stops.has(stop.kind)) this.#stops.set(stop.kind, stop);
  }
}

async function giveBack(permits: readonly Permit[]): Promise<void> {
  await Promise.all(permits.map((permit) => permit.release({ verdict: "ignored" })));
}
