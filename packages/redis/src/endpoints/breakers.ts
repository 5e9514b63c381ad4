import { runScript } from "../scripts.ts";
import type { Store } from "../store.ts";

/** When a breaker opens and for how long; times in ms. */
export interface BreakerLimits {
  consecutive: number;
  windowMs: number;
  windowMin: number;
  windowPercent: number;
  firstPauseMs: number;
  maxPauseMs: number;
  /** A probe that has not been reported for this long is given up. */
  probeMs: number;
}

/**
 * Permission to send, to send as the single probe, or how long to wait; `failingMs` is how long the breaker has been
 * open.
 */
export type Admission =
  | { kind: "yes" }
  | { kind: "probe" }
  | { kind: "wait"; waitMs: number; failingMs: number; paused: boolean };

/** Asks whether a request may go to an endpoint; `unreportedSuccesses` are successes not yet reported. */
export async function admitRequest(
  store: Store,
  endpoint: string,
  limits: BreakerLimits,
  unreportedSuccesses: number,
): Promise<Admission> {
  const keys = [store.keys.breaker(endpoint)];
  const [answer = 0, waitMs = 0, failingMs = 0] = await runScript(store.redis, "breaker-admit", keys, [
    limits.probeMs,
    unreportedSuccesses,
  ]);
  if (answer === 0) return { kind: "yes" };
  if (answer === 1) return { kind: "probe" };
  return { kind: "wait", waitMs, failingMs, paused: answer === 3 };
}

export interface RequestReport {
  verdict: "success" | "failure" | "ignored";
  probe: boolean;
  reason: string;
  /** How long the endpoint asked us to wait (`Retry-After`). */
  pauseMs: number;
  /** Whether there was a response, of any status. */
  answered: boolean;
  unreportedSuccesses: number;
}

/** Reports what a request's outcome says about its endpoint, and returns what that changed. */
export async function reportRequest(
  store: Store,
  endpoint: string,
  limits: BreakerLimits,
  report: RequestReport,
): Promise<{ change: "none" | "opened" | "closed"; waitMs: number }> {
  const args = [
    report.verdict,
    report.probe ? "1" : "0",
    limits.consecutive,
    limits.windowMs,
    limits.windowMin,
    limits.windowPercent,
    limits.firstPauseMs,
    limits.maxPauseMs,
    Math.round(report.pauseMs),
    report.reason,
    report.unreportedSuccesses,
    report.answered ? "1" : "0",
  ];
  const [change = 0, waitMs = 0] = await runScript(store.redis, "breaker-report", [store.keys.breaker(endpoint)], args);
  return { change: change === 1 ? "opened" : change === 2 ? "closed" : "none", waitMs };
}

/**
 * Lets one request through to an endpoint that is throttled or failing, because a person believes that it has
 * recovered.
 * @returns `paused` if an operator has paused the endpoint; only an operator can resume it
 */
export async function allowProbe(store: Store, endpoint: string): Promise<"allowed" | "paused"> {
  const [answer] = await runScript(store.redis, "allow-probe", [store.keys.breaker(endpoint)], []);
  return answer === 2 ? "paused" : "allowed";
}

/** Records how an endpoint that is up refuses deliveries. For display only: the breaker does not count it. */
export async function noteRefusal(store: Store, endpoint: string, refusal: string): Promise<void> {
  await runScript(store.redis, "note-refusal", [store.keys.breaker(endpoint)], [refusal]);
}
