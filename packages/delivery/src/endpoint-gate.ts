import { admitRequest, reportRequest, type Admission, type BreakerLimits, type Store } from "@crewstream/redis";
import type { Logger } from "@crewstream/service";

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
  }): Promise<void>;
}

/** No leave now: come back after `waitMs`. `failingMs` is how long the endpoint's breaker has been open. */
export interface Wait {
  waitMs: number;
  failingMs: number;
}

export type GateEvent = { kind: "opened" | "recovered"; endpoint: string; reason: string };

export interface GateOptions {
  store: Store;
  limits: BreakerLimits;
  /** Requests in flight per endpoint. */
  concurrency: number;
  log: Logger;
  onChange?: (event: GateEvent) => void;
}

/** How this process sees one endpoint. */
interface View {
  inFlight: number;
  /** Requests it may have in flight now: grows by one per success after trouble (slow start), halves per failure. */
  cap: number;
  admittedUntil: number;
  blockedUntil: number;
  /** When the breaker said to come again. */
  retryAt: number;
  failingMs: number;
  wellSince: number;
  asking: Promise<Admission> | undefined;
  waiters: ((admitted: boolean) => void)[];
}

/** An answer of the shared breaker holds this long, so a healthy endpoint costs one call a second, not one a request. */
const admissionMs = 1000;
/** Requests in flight with which a process begins when an endpoint is back. */
const firstCap = 2;
/** A job waits this long for its turn in the process before it goes back to its queue. */
const patienceMs = 100;

/**
 * Decides whether a request may go to an endpoint now: a cap per process, and the endpoint's breaker, which all
 * processes share. Whoever gets no leave gives its worker slot back instead of waiting in it.
 */
export class EndpointGate {
  readonly #options: GateOptions;
  readonly #views = new Map<string, View>();

  constructor(options: GateOptions) {
    this.#options = options;
  }

  /** Endpoints that this process sees blocked, those among them that are just being asked included. */
  get blocked(): number {
    const soonest = Date.now() - this.#options.limits.probeMs;
    return [...this.#views.values()].filter((view) => view.retryAt > soonest).length;
  }

  async acquire(endpoint: string): Promise<Permit | Wait> {
    const view = this.#view(endpoint);
    if (view.blockedUntil > Date.now())
      return { waitMs: Math.max(1, view.retryAt - Date.now()), failingMs: view.failingMs };
    // From here on the place is taken, so that callers who ask at the same time cannot pass the cap together.
    if (view.inFlight < view.cap) view.inFlight += 1;
    else if (!(await this.#turn(view))) return { waitMs: 250 + Math.random() * 750, failingMs: 0 };
    try {
      const admission = Date.now() < view.admittedUntil ? ({ kind: "yes" } as const) : await this.#ask(endpoint, view);
      if (admission.kind !== "wait") return this.#permit(endpoint, view, admission.kind === "probe");
      this.#leave(view);
      this.#block(view, admission.waitMs);
      view.failingMs = admission.failingMs;
      // Whichever process finds the endpoint back: all of them begin slowly.
      if (admission.failingMs > 0) view.cap = Math.min(view.cap, firstCap);
      return { waitMs: admission.waitMs, failingMs: admission.failingMs };
    } catch (error) {
      this.#leave(view);
      throw error;
    }
  }

  /** A further permit if one is to be had at once: for a window that sends several at a time. */
  tryAcquire(endpoint: string): Permit | undefined {
    const view = this.#view(endpoint);
    const now = Date.now();
    if (view.inFlight >= view.cap || now >= view.admittedUntil || now < view.blockedUntil) return undefined;
    view.inFlight += 1;
    return this.#permit(endpoint, view, false);
  }

  /** One question to the shared breaker at a time; all but the asker of a probe share the answer. */
  async #ask(endpoint: string, view: View): Promise<Admission> {
    if (view.asking !== undefined) {
      const shared = await view.asking;
      return shared.kind === "probe"
        ? { kind: "wait", waitMs: patienceMs * 5, failingMs: view.failingMs, held: false }
        : shared;
    }
    const wellSince = view.wellSince;
    view.asking = admitRequest(this.#options.store, endpoint, this.#options.limits, wellSince);
    try {
      const admission = await view.asking;
      view.wellSince -= wellSince;
      if (admission.kind === "yes") Object.assign(view, { admittedUntil: Date.now() + admissionMs, retryAt: 0 });
      return admission;
    } finally {
      view.asking = undefined;
    }
  }

  #permit(endpoint: string, view: View, probe: boolean): Permit {
    return {
      probe,
      release: async (report) => {
        this.#leave(view);
        if (report.verdict === "well" && !probe) {
          view.wellSince += 1;
          view.cap = Math.min(this.#options.concurrency, view.cap + 1);
          return;
        }
        if (report.verdict === "silent" && !probe) return;
        await this.#report(endpoint, view, probe, report);
      },
    };
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
    if (report.verdict === "ill") view.cap = Math.max(1, Math.floor(view.cap / 2));
    if (waitMs > 0) {
      view.admittedUntil = 0;
      this.#block(view, waitMs);
    }
    if (change === "none") return;
    if (change === "closed")
      Object.assign(view, { blockedUntil: 0, retryAt: 0, admittedUntil: Date.now() + admissionMs, cap: firstCap });
    this.#options.log.warn({ endpoint, reason, change }, "endpoint.breaker_changed");
    this.#options.onChange?.({ kind: change === "opened" ? "opened" : "recovered", endpoint, reason });
  }

  /** The answer "not now" holds no longer than "yes" does: a person may have let the endpoint go on meanwhile. */
  #block(view: View, waitMs: number): void {
    view.retryAt = Date.now() + waitMs;
    view.blockedUntil = Date.now() + Math.min(waitMs, admissionMs);
  }

  /** Gives a place back; who waits for it gets it before anybody who comes later. */
  #leave(view: View): void {
    view.inFlight -= 1;
    if (view.inFlight >= view.cap) return;
    const next = view.waiters.shift();
    if (next === undefined) return;
    view.inFlight += 1;
    next(true);
  }

  /** Waits a moment for a free place and takes it; false when there was none, or too many wait already. */
  #turn(view: View): Promise<boolean> {
    if (view.waiters.length >= this.#options.concurrency) return Promise.resolve(false);
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        view.waiters.splice(view.waiters.indexOf(settle), 1);
        resolve(false);
      }, patienceMs);
      const settle = (admitted: boolean) => {
        clearTimeout(timer);
        resolve(admitted);
      };
      view.waiters.push(settle);
    });
  }

  #view(endpoint: string): View {
    const existing = this.#views.get(endpoint);
    if (existing !== undefined) return existing;
    const view: View = {
      inFlight: 0,
      cap: this.#options.concurrency,
      admittedUntil: 0,
      blockedUntil: 0,
      retryAt: 0,
      failingMs: 0,
      wellSince: 0,
      asking: undefined,
      waiters: [],
    };
    this.#views.set(endpoint, view);
    return view;
  }
}
