import {
  admitRequest,
  noteRefusal,
  reportRequest,
  type Admission,
  type BreakerLimits,
  type Store,
} from "@crewstream/redis";
import { Signal, type Logger } from "@crewstream/service";
import { Places, type LineRoom } from "./concurrency-limiter.ts";

/** Leave to send one request; give it back exactly once. */
export interface Permit {
  /** The request goes out although the breaker is open, to ask whether the endpoint is back. */
  probe: boolean;
  /** Reports the request; `silent` when it says nothing of the endpoint (or none was sent). */
  release(report: {
    verdict: "well" | "ill" | "silent";
    reason?: string;
    pauseMs?: number;
    answered?: boolean;
    /** The endpoint is up and refused this delivery, e.g. `rejected 401`. */
    refusal?: string | undefined;
  }): Promise<void>;
}

/** No permit now: come back after `waitMs`. `failingMs` is how long the endpoint's breaker has been open. */
export interface Wait {
  waitMs: number;
  /** The endpoint takes no requests; false when only this process has no slot free. */
  blocked: boolean;
  failingMs: number;
}

export type GateEvent = { kind: "opened" | "recovered"; endpoint: string; reason: string };

export interface GateOptions {
  store: Store;
  limits: BreakerLimits;
  /** Requests in flight per endpoint. */
  concurrency: number;
  /** Jobs that may wait for their turn at any endpoint; default as many as one endpoint's concurrency. */
  maxQueueLength?: number;
  log: Logger;
  onChange?: (event: GateEvent) => void;
}

/** How this process sees one endpoint. */
interface View {
  /** Requests in flight. Their number grows by one per success after trouble (slow start) and halves per failure. */
  places: Places;
  admittedUntil: number;
  blockedUntil: number;
  /** When the breaker said to come again. */
  retryAt: number;
  failingMs: number;
  wellSince: number;
  /** When a refusal was last noted, ms. */
  refusalNotedAt: number;
  asking: Promise<Admission> | undefined;
}

/** An answer of the shared breaker holds this long, so a healthy endpoint costs one call a second, not one a request. */
const admissionMs = 1000;
/** Requests in flight with which a process begins when an endpoint is back. */
const firstCap = 2;
/** Endpoints that are remembered whatever they do. */
const maxViews = 1000;
/** Waiting for the next wake of a blocked endpoint is spread over this much more, so that feeds do not come together. */
const spreadMs = 1000;
/** Who shares the answer that somebody else asks for as the probe comes again after this, in ms. */
const afterProbeMs = 500;

/**
 * Decides whether a request may go to an endpoint now: a cap per process, and the endpoint's breaker, which all
 * processes share. Whoever gets no leave gives its worker slot back instead of waiting in it.
 */
export class EndpointGate {
  /** Requests have gone out. */
  readonly used = new Signal();
  readonly #options: GateOptions;
  readonly #views = new Map<string, View>();
  readonly #lineRoom: LineRoom;
  /** With so many views the idle ones are forgotten. */
  #forgetAt = maxViews;

  constructor(options: GateOptions) {
    this.#options = options;
    this.#lineRoom = { left: options.maxQueueLength ?? options.concurrency };
  }

  /** Endpoints that this process sees blocked, those among them that are just being asked included. */
  get blocked(): number {
    const soonest = Date.now() - this.#options.limits.probeMs;
    return [...this.#views.values()].filter((view) => view.retryAt > soonest).length;
  }

  /** Requests of this process that are under way, by endpoint; those without any are left out. */
  inFlight(): Map<string, number> {
    const busy = [...this.#views].filter(([, { places }]) => places.taken > 0);
    return new Map(busy.map(([endpoint, { places }]) => [endpoint, places.taken]));
  }

  /** Endpoints that this process remembers something of. */
  get known(): number {
    return this.#views.size;
  }

  /** Leave for one request; see {@link acquireSome}. */
  async acquire(endpoint: string): Promise<Permit | Wait> {
    const answer = await this.acquireSome(endpoint, 1);
    return "waitMs" in answer ? answer : answer[0];
  }

  /** Leave for up to `want` requests, and for one at least; waits a moment for its turn. */
  async acquireSome(endpoint: string, want: number): Promise<[Permit, ...Permit[]] | Wait> {
    const view = this.#view(endpoint);
    if (view.blockedUntil > Date.now()) return spread(view.retryAt - Date.now(), view.failingMs);
    // From here on the places are taken, so that callers who ask at the same time cannot pass the cap together.
    const taken = await view.places.take(want);
    if (taken === 0) return { waitMs: view.places.comeAgainIn(want), blocked: false, failingMs: 0 };
    try {
      const admission = Date.now() < view.admittedUntil ? ({ kind: "yes" } as const) : await this.#ask(endpoint, view);
      if (admission.kind === "yes") return this.#permits(endpoint, view, taken);
      if (admission.kind === "probe") {
        view.places.giveBack(taken - 1);
        return [this.#permit(endpoint, view, true)];
      }
      view.places.giveBack(taken);
      this.#block(view, admission.waitMs);
      view.failingMs = admission.failingMs;
      // Whichever process finds the endpoint back: all of them begin slowly.
      if (admission.failingMs > 0) view.places.cap = Math.min(view.places.cap, firstCap);
      return spread(admission.waitMs, admission.failingMs);
    } catch (error) {
      view.places.giveBack(taken);
      throw error;
    }
  }

  /** Leave for up to `want` further requests, as far as they are to be had at once: for a window of several. */
  tryAcquire(endpoint: string, want: number): Permit[] {
    const view = this.#view(endpoint);
    const now = Date.now();
    if (now >= view.admittedUntil || now < view.blockedUntil) return [];
    const taken = view.places.tryTake(want);
    return taken === 0 ? [] : this.#permits(endpoint, view, taken);
  }

  /** One question to the shared breaker at a time; all but the asker of a probe share the answer. */
  async #ask(endpoint: string, view: View): Promise<Admission> {
    if (view.asking !== undefined) {
      const shared = await view.asking;
      return shared.kind === "probe"
        ? { kind: "wait", waitMs: afterProbeMs, failingMs: view.failingMs, held: false }
        : shared;
    }
    const { wellSince } = view;
    // Told now: what somebody reports meanwhile must not tell of these again.
    view.wellSince = 0;
    view.asking = admitRequest(this.#options.store, endpoint, this.#options.limits, wellSince);
    try {
      const admission = await view.asking;
      if (admission.kind === "yes") Object.assign(view, { admittedUntil: Date.now() + admissionMs, retryAt: 0 });
      return admission;
    } finally {
      view.asking = undefined;
    }
  }

  #permits(endpoint: string, view: View, count: number): [Permit, ...Permit[]] {
    const more = Array.from({ length: count - 1 }, () => this.#permit(endpoint, view, false));
    return [this.#permit(endpoint, view, false), ...more];
  }

  #permit(endpoint: string, view: View, probe: boolean): Permit {
    const takenAt = Date.now();
    this.used.notify();
    return {
      probe,
      release: async (report) => {
        if (report.verdict === "well" && !probe)
          view.places.cap = Math.min(this.#options.concurrency, view.places.cap + 1);
        view.places.giveBack(1, report.verdict === "silent" ? undefined : Date.now() - takenAt);
        if (report.verdict === "well" && !probe) {
          view.wellSince += 1;
          if (report.refusal !== undefined) await this.#noteRefusal(endpoint, view, report.refusal);
          return;
        }
        if (report.verdict === "silent" && !probe) return;
        await this.#report(endpoint, view, probe, report);
      },
    };
  }

  /** For people; an endpoint that refuses everything costs one write a second. */
  async #noteRefusal(endpoint: string, view: View, refusal: string): Promise<void> {
    if (Date.now() - view.refusalNotedAt < admissionMs) return;
    view.refusalNotedAt = Date.now();
    await noteRefusal(this.#options.store, endpoint, refusal);
  }

  async #report(endpoint: string, view: View, probe: boolean, report: Parameters<Permit["release"]>[0]): Promise<void> {
    const wellSince = view.wellSince;
    view.wellSince = 0;
    const reason = report.reason ?? "";
    const { change, waitMs } = await reportRequest(this.#options.store, endpoint, this.#options.limits, {
      // A probe that says nothing (cut off) frees the place for the next one.
      verdict: report.verdict,
      probe,
      reason,
      pauseMs: report.pauseMs ?? 0,
      answered: report.answered ?? false,
      wellSince,
    });
    if (report.verdict === "ill") view.places.cap = Math.max(1, Math.floor(view.places.cap / 2));
    if (waitMs > 0) {
      view.admittedUntil = 0;
      this.#block(view, waitMs);
    }
    if (change === "none") return;
    if (change === "closed") {
      Object.assign(view, { blockedUntil: 0, retryAt: 0, admittedUntil: Date.now() + admissionMs });
      view.places.cap = firstCap;
    }
    this.#options.log.warn({ endpoint, reason, change }, "endpoint.breaker_changed");
    this.#options.onChange?.({ kind: change === "opened" ? "opened" : "recovered", endpoint, reason });
  }

  /** The answer "not now" holds no longer than "yes" does: a person may have let the endpoint go on meanwhile. */
  #block(view: View, waitMs: number): void {
    view.retryAt = Date.now() + waitMs;
    view.blockedUntil = Date.now() + Math.min(waitMs, admissionMs);
  }

  /** Endpoints come and go with those who kick off: one that is at rest and well is as good as one never seen. */
  #forgetIdle(): void {
    const now = Date.now();
    for (const [endpoint, { places, admittedUntil, retryAt }] of this.#views) {
      const well = places.cap === this.#options.concurrency && retryAt < now;
      if (places.idle && well && admittedUntil < now) this.#views.delete(endpoint);
    }
    this.#forgetAt = Math.max(maxViews, 2 * this.#views.size);
  }

  #view(endpoint: string): View {
    const existing = this.#views.get(endpoint);
    if (existing !== undefined) return existing;
    if (this.#views.size >= this.#forgetAt) this.#forgetIdle();
    const view: View = {
      places: new Places(this.#options.concurrency, this.#lineRoom),
      admittedUntil: 0,
      blockedUntil: 0,
      retryAt: 0,
      failingMs: 0,
      wellSince: 0,
      refusalNotedAt: 0,
      asking: undefined,
    };
    this.#views.set(endpoint, view);
    return view;
  }
}

function spread(waitMs: number, failingMs: number): Wait {
  return { waitMs: Math.max(1, waitMs) + Math.random() * spreadMs, blocked: true, failingMs };
}
