import type { Ordering } from "@crewstream/contracts";
import type { DeliveryRecord } from "@crewstream/redis";
import type { SendOutcome } from "./outcome.ts";
import { nextAttemptAt } from "./retry-policy.ts";

/**
 * What becomes of a delivery after an attempt.
 *   delivered  it was acknowledged
 *   parked     it waits for `record.nextAt` in the retries queue, and its feed continues
 *   held       it waits for `record.nextAt` at the head of its feed (strict ordering)
 *   dead       it becomes a dead letter, for a person to review
 *   unchanged  the attempt does not count: it was cut off by our own shutdown
 */
export type Disposition = {
  kind: "delivered" | "parked" | "held" | "dead" | "unchanged";
  record: DeliveryRecord;
  endsFeed: boolean;
};

/** Decides a delivery's disposition; pure. `record.attempts` counts the attempts before this one. */
export function decideDisposition(question: {
  record: DeliveryRecord;
  outcome: SendOutcome;
  schedule: readonly number[];
  ordering: Ordering;
  /** When the attempt began, and the time now; ms. */
  at: number;
  now: number;
  random: number;
}): Disposition {
  const { outcome, ordering, now } = question;
  if (outcome.kind === "cut_off") return { kind: "unchanged", record: question.record, endsFeed: false };
  // Nothing of the previous attempt is kept: its status and this one's reason would mix two attempts.
  const {
    nextAt: _done,
    outcome: _outcome,
    status: _status,
    reason: _reason,
    expeditedFrom,
    ...before
  } = question.record;
  const record: DeliveryRecord = {
    ...before,
    attempts: before.attempts + 1,
    lastAt: question.at,
    outcome: outcome.kind,
    ...("status" in outcome ? { status: outcome.status } : {}),
    ...("reason" in outcome ? { reason: outcome.reason } : {}),
  };
  if (outcome.kind === "delivered") return { kind: "delivered", record, endsFeed: false };
  if (outcome.kind === "gone") return { kind: "dead", record, endsFeed: true };
  if (outcome.kind === "aborted") return { kind: "dead", record, endsFeed: false };
  const retryAfterMs = outcome.kind === "throttled" ? outcome.retryAfterMs : undefined;
  const { schedule, random } = question;
  if (expeditedFrom !== undefined && expeditedFrom > question.at) {
    // An unstable endpoint's deliveries are brought forward each time it recovers: if those attempts counted, a schedule of
    // hours would be used up in minutes. The delivery keeps its original time instead, but waits no longer than this step
    // of the schedule can take: otherwise a `Retry-After` of a day that a person overruled would apply again after one
    // more failure.
    const step = before.attempts - (before.scheduleFrom ?? 0);
    record.scheduleFrom = (record.scheduleFrom ?? 0) + 1;
    const latest = nextAttemptAt({ schedule, attempts: step, now, random: 1 }) ?? expeditedFrom;
    const asked = nextAttemptAt({ schedule: [0], attempts: 1, now, random, retryAfterMs }) ?? now;
    return waiting(Math.max(Math.min(expeditedFrom, latest), asked));
  }
  const nextAt = nextAttemptAt({
    schedule,
    attempts: record.attempts - (record.scheduleFrom ?? 0),
    now,
    random,
    retryAfterMs,
  });
  if (nextAt === undefined) return { kind: "dead", record, endsFeed: false };
  return waiting(nextAt);

  function waiting(at: number): Disposition {
    return { kind: ordering === "strict" ? "held" : "parked", record: { ...record, nextAt: at }, endsFeed: false };
  }
}
