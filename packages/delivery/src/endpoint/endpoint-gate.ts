import {
  admitRequest,
  noteRefusal,
  reportRequest,
  type Admission,
  type BreakerLimits,
  type Store,
} from "@crewstream/redis";
import { Signal, type Logger } from "@crewstream/service";
import { ConcurrencyLimiter, type WaiterBudget } from "./concurrency-limiter.ts";

/** The permission to send one request; to be released exactly once. */
export interface Permit {
  /** The breaker is open, and this request finds out whether the endpoint has recovered. */
  probe: boolean;
  /** Reports the request's outcome; `ignored` if it says nothing about the endpoint, or no request was made. */
  release(report: {
    verdict: "success" | "failure" | "ignored";
    reason?: string;
    pauseMs?: number;
    answered?: boolean;
    /** The endpoint is up and refused this delivery, e.g. `rejected 401`. */
    refusal?: string | undefined;
  }): Promise<void>;
}

/** No permit now: try again after `waitMs`. `failingMs` is how long the endpoint's breaker has been open. */
export interface Wait {
  waitMs: number;
  /** The endpoint takes no requests; false if only this process has no slot free. */
  blocked: boolean;
  failingMs: number;
}

export type GateEvent = { kind: "opened" | "recovered"; endpoint: string; reason: string };

export interface GateOptions {
  store: Store;
  limits: BreakerLimits;
  /** Requests in flight per endpoint. */
  concurrency: number;
  /** Jobs that may wait for a slot, over all endpoints; default as many as one endpoint's concurrency. */
  maxQueueLength?: number;
  log: Logger;
  onChange?: (event: GateEvent) => void;
}

/** What this process knows about one endpoint; times in ms. */
interface EndpointView {
  /** Its limit grows by one per success after a failure (slow start), and halves per failure. */
  limiter: ConcurrencyLimiter;
  /** Until when the breaker's "yes" is used without asking again. */
  admittedUntil: number;
  /** The same for its "not now". */
  blockedUntil: number;
  /** When the breaker said to try again. */
  retryAt: number;
  failingMs: number;
  unreportedSuccesses: number;
  /** When a refusal was last written to the store. */
  refusalNotedAt: number;
  /** A question to the breaker that is not answered yet. */
  asking: Promise<Admission> | undefined;
}

/** The breaker's answer is used this long, so a healthy endpoint costs one call a second, not one a request. */
const admissionMs = 1000;
/** Limit of concurrent requests with which a process begins when an endpoint has recovered. */
const firstLimit = 2;
/** With more endpoints than this, idle ones are forgotten. */
const maxViews = 1000;
/** Retries of a blocked endpoint are spread over this much more time, so that feeds do not come together. */
const spreadMs = 1000;
/** Retry delay for callers that joined another caller's question whose answer was the probe, ms. */
const afterProbeMs = 500;

/**
 * Decides whether a request may go to an endpoint now: by a concurrency limit per process, and by the endpoint's circuit
 * breaker, which all processes share. A job without a permit returns its worker slot instead of waiting in it.
 */
export class EndpointGate {
  /** Notified when permits are granted. */
  readonly used = new Signal();
  readonly #options: GateOptions;
  readonly #views = new Map<string, EndpointView>();
  readonly #waiterBudget: WaiterBudget;
  /** At this many views the idle ones are forgotten. */
  #forgetAt = maxViews;

  constructor(options: GateOptions) {
    this.#options = options;
    this.#waiterBudget = { left: options.maxQueueLength ?? options.concurrency };
  }

  /** How many endpoints are blocked for this process, including those whose probe is in flight. */
  get blocked(): number {
    const earliest = Date.now() - this.#options.limits.probeMs;
    return [...this.#views.values()].filter((view) => view.retryAt > earliest).length;
  }

  /** Requests of this process that are in flight, by endpoint; endpoints without any are left out. */
  inFlight(): Map<string, number> {
    const busy = [...this.#views].filter(([, { limiter }]) => limiter.inFlight > 0);
    return new Map(busy.map(([endpoint, { limiter }]) => [endpoint, limiter.inFlight]));
  }

  /** How many endpoints this process knows something about. */
  get known(): number {
    return this.#views.size;
  }

  /** A permit for one request; see {@link acquireSome}. */
  async acquire(endpoint: string): Promise<Permit | Wait> {
    const answer = await this.acquireSome(endpoint, 1);
    return "waitMs" in answer ? answer : answer[0];
  }

  /** Permits for up to `want` requests, and for one at least; waits a moment for its turn. */
  async acquireSome(endpoint: string, want: number): Promise<[Permit, ...Permit[]] | Wait> {
    const view = this.#view(endpoint);
    const { limiter } = view;
    if (view.blockedUntil > Date.now()) return spread(view.retryAt - Date.now(), view.failingMs);
    // Slots are held while the breaker is asked, so that concurrent callers cannot exceed the limit together.
    const count = await limiter.acquire(want);
    if (count === 0) return { waitMs: limiter.retryAfterMs(want), blocked: false, failingMs: 0 };
    try {
      const admission = Date.now() < view.admittedUntil ? ({ kind: "yes" } as const) : await this.#ask(endpoint, view);
      if (admission.kind === "yes") return this.#permits(endpoint, view, count);
      if (admission.kind === "probe") {
        limiter.release(count - 1);
        return [this.#permit(endpoint, view, true)];
      }
      limiter.release(count);
      this.#block(view, admission.waitMs);
      view.failingMs = admission.failingMs;
      // Every process starts slowly, whichever of them finds that the endpoint has recovered.
      if (admission.failingMs > 0) limiter.limit = Math.min(limiter.limit, firstLimit);
      return spread(admission.waitMs, admission.failingMs);
    } catch (error) {
      limiter.release(count);
      throw error;
    }
  }

  /** Permits for up to `want` further requests of a feed, as far as there are any without waiting. */
  tryAcquire(endpoint: string, want: number): Permit[] {
    const view = this.#view(endpoint);
    const now = Date.now();
    if (now >= view.admittedUntil || now < view.blockedUntil) return [];
    const count = view.limiter.tryAcquire(want);
    return count === 0 ? [] : this.#permits(endpoint, view, count);
  }

  /** One question to the shared breaker at a time; callers who join it share its answer, but not a probe. */
  async #ask(endpoint: string, view: EndpointView): Promise<Admission> {
    if (view.asking !== undefined) {
      const shared = await view.asking;
      return shared.kind === "probe"
        ? { kind: "wait", waitMs: afterProbeMs, failingMs: view.failingMs, paused: false }
        : shared;
    }
    const { unreportedSuccesses } = view;
    // Reset before awaiting, so that concurrent reports do not count these twice.
    view.unreportedSuccesses = 0;
    view.asking = admitRequest(this.#options.store, endpoint, this.#options.limits, unreportedSuccesses);
    try {
      const admission = await view.asking;
      if (admission.kind === "yes") Object.assign(view, { admittedUntil: Date.now() + admissionMs, retryAt: 0 });
      return admission;
    } finally {
      view.asking = undefined;
    }
  }

  #permits(endpoint: string, view: EndpointView, count: number): [Permit, ...Permit[]] {
    const more = Array.from({ length: count - 1 }, () => this.#permit(endpoint, view, false));
    return [this.#permit(endpoint, view, false), ...more];
  }

  #permit(endpoint: string, view: EndpointView, probe: boolean): Permit {
    const acquiredAt = Date.now();
    const { limiter } = view;
    this.used.notify();
    return {
      probe,
      release: async (report) => {
        const succeeded = report.verdict === "success" && !probe;
        if (succeeded) limiter.limit = Math.min(this.#options.concurrency, limiter.limit + 1);
        limiter.release(1, report.verdict === "ignored" ? undefined : Date.now() - acquiredAt);
        if (succeeded) {
          view.unreportedSuccesses += 1;
          if (report.refusal !== undefined) await this.#noteRefusal(endpoint, view, report.refusal);
          return;
        }
        if (report.verdict === "ignored" && !probe) return;
        await this.#report(endpoint, view, probe, report);
      },
    };
  }

  /** For people to see; an endpoint that refuses everything costs one write a second. */
  async #noteRefusal(endpoint: string, view: EndpointView, refusal: string): Promise<void> {
    if (Date.now() - view.refusalNotedAt < admissionMs) return;
    view.refusalNotedAt = Date.now();
    await noteRefusal(this.#options.store, endpoint, refusal);
  }

  async #report(
    endpoint: string,
    view: EndpointView,
    probe: boolean,
    report: Parameters<Permit["release"]>[0],
  ): Promise<void> {
    const { limiter, unreportedSuccesses } = view;
    view.unreportedSuccesses = 0;
    const reason = report.reason ?? "";
    const { change, waitMs } = await reportRequest(this.#options.store, endpoint, this.#options.limits, {
      // An ignored probe (it was cut off) makes way for the next one.
      verdict: report.verdict,
      probe,
      reason,
      pauseMs: report.pauseMs ?? 0,
      answered: report.answered ?? false,
      unreportedSuccesses,
    });
    if (report.verdict === "failure") limiter.limit = Math.max(1, Math.floor(limiter.limit / 2));
    if (waitMs > 0) {
      view.admittedUntil = 0;
      this.#block(view, waitMs);
    }
    if (change === "none") return;
    if (change === "closed") {
      Object.assign(view, { blockedUntil: 0, retryAt: 0, admittedUntil: Date.now() + admissionMs });
      limiter.limit = firstLimit;
    }
    this.#options.log.warn({ endpoint, reason, change }, "endpoint.breaker_changed");
    this.#options.onChange?.({ kind: change === "opened" ? "opened" : "recovered", endpoint, reason });
  }

  /** "Not now" is used no longer than "yes": a person may resume the endpoint meanwhile. */
  #block(view: EndpointView, waitMs: number): void {
    view.retryAt = Date.now() + waitMs;
    view.blockedUntil = Date.now() + Math.min(waitMs, admissionMs);
  }

  /** Endpoints come and go with those who kick off: an idle and healthy one is the same as one never seen. */
  #forgetIdle(): void {
    const now = Date.now();
    for (const [endpoint, { limiter, admittedUntil, retryAt }] of this.#views) {
      const healthy = limiter.limit === this.#options.concurrency && retryAt < now;
      if (limiter.idle && healthy && admittedUntil < now) this.#views.delete(endpoint);
    }
    this.#forgetAt = Math.max(maxViews, 2 * this.#views.size);
  }

  #view(endpoint: string): EndpointView {
    const existing = this.#views.get(endpoint);
    if (existing !== undefined) return existing;
    if (this.#views.size >= this.#forgetAt) this.#forgetIdle();
    const view: EndpointView = {
      limiter: new ConcurrencyLimiter(this.#options.concurrency, this.#waiterBudget),
      admittedUntil: 0,
      blockedUntil: 0,
      retryAt: 0,
      failingMs: 0,
      unreportedSuccesses: 0,
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
