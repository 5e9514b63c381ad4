import { runScript } from "./scripts.ts";
import type { Store } from "./store.ts";

/** When a breaker opens and for how long; times in ms. */
export interface BreakerLimits {
  consecutive: number;
  windowMs: number;
  windowMin: number;
  windowPercent: number;
  firstPauseMs: number;
  maxPauseMs: number;
  /** After this long a probe that was never reported is given up. */
  probeMs: number;
}

/** Leave to send, to send as the one probe, or how long to wait; `failingMs` is how long the breaker has been open. */
export type Admission =
  | { kind: "yes" }
  | { kind: "probe" }
  | { kind: "wait"; waitMs: number; failingMs: number; held: boolean };

/** Asks whether a request may go to an endpoint; `wellSince` are successes not yet reported. */
export async function admitRequest(
  store: Store,
  endpoint: string,
  limits: BreakerLimits,
  wellSince: number,
): Promise<Admission> {
  const keys = [store.keys.breaker(endpoint)];
  const [answer = 0, waitMs = 0, failingMs = 0] = await runScript(store.redis, "breaker-admit", keys, [
    limits.probeMs,
    wellSince,
  ]);
  if (answer === 0) return { kind: "yes" };
  if (answer === 1) return { kind: "probe" };
  return { kind: "wait", waitMs, failingMs, held: answer === 3 };
}

export interface RequestReport {
  verdict: "well" | "ill" | "silent";
  probe: boolean;
  reason: string;
  /** For how long the endpoint asked to be left alone. */
  pauseMs: number;
  /** Whether there was an answer, of whatever status. */
  answered: boolean;
  wellSince: number;
}

/** Reports what a request says of its endpoint, and returns what that changed. */
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
    report.wellSince,
    report.answered ? "1" : "0",
  ];
  const [change = 0, waitMs = 0] = await runScript(store.redis, "breaker-report", [store.keys.breaker(endpoint)], args);
  return { change: change === 1 ? "opened" : change === 2 ? "closed" : "none", waitMs };
}

/**
 * Lets one request through to an endpoint that is throttled or failing: a person believes that it is back.
 * @returns `paused` when an operator has paused the endpoint, which only an operator ends
 */
export async function allowProbe(store: Store, endpoint: string): Promise<"allowed" | "paused"> {
  const [answer] = await runScript(store.redis, "allow-probe", [store.keys.breaker(endpoint)], []);
  return answer === 2 ? "paused" : "allowed";
}

/** Notes how an endpoint refuses deliveries although it is up: for people, the breaker does not count it. */
export async function noteRefusal(store: Store, endpoint: string, refusal: string): Promise<void> {
  await runScript(store.redis, "note-refusal", [store.keys.breaker(endpoint)], [refusal]);
}
