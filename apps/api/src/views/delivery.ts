import {
  deliveryId,
  endpointOrigin,
  parseDeliveryId,
  type AttemptView,
  type Delivery,
  type DeliveryAddress,
  type DeliveryViewState,
  type LiveAttempt,
  type Subscription,
} from "@crewstream/contracts";
import { opensAt, type Attempt, type BreakerView, type DeliveryRecord } from "@crewstream/redis";
import { endpointOfUrl, shownUrl } from "./endpoint-url.ts";
import { isoTime } from "./time.ts";

/**
 * A delivery that has a record: in flight, waiting, or dead; without its run's automation, which `withRuns` adds.
 * @param breaker its endpoint's, which together with the schedule decides when a retrying delivery is sent next
 */
export function openDeliveryView(
  { subscription }: { subscription: Subscription },
  address: DeliveryAddress,
  state: DeliveryViewState,
  record: DeliveryRecord,
  breaker: BreakerView,
): Delivery {
  const next = state === "retrying" ? nextAttempt(record, breaker, Date.now()) : { at: undefined, waitsFor: null };
  return {
    id: deliveryId(address),
    state,
    execution_id: address.executionId,
    automation: null,
    feed: address.feed,
    ...endpointOfUrl(subscription.url),
    url: shownUrl(subscription.url),
    events: record.events,
    first: record.first,
    last: record.last,
    attempts: record.attempts,
    sealed_at: isoTime(record.sealedAt),
    last_attempt_at: isoTime(record.lastAt),
    next_attempt_at: isoTime(next.at),
    waits_for: next.waitsFor,
    outcome: record.outcome ?? null,
    status: record.status ?? null,
    reason: record.reason ?? null,
    duration_ms: null,
  };
}

/** An acknowledged delivery, from the attempt that was acknowledged; without its automation and URL, which `withRuns` adds. */
export function deliveredView(attempt: Attempt): Delivery {
  return {
    id: attempt.id,
    state: "delivered",
    execution_id: attempt.executionId,
    automation: null,
    feed: attempt.feed,
    endpoint: attempt.endpoint,
    origin: endpointOrigin(attempt.endpoint) ?? "",
    url: null,
    events: attempt.events,
    first: parseDeliveryId(attempt.id)?.first ?? null,
    last: null,
    attempts: attempt.attempt,
    sealed_at: null,
    last_attempt_at: isoTime(attempt.at),
    next_attempt_at: null,
    waits_for: null,
    outcome: attempt.outcome,
    status: attempt.status ?? null,
    reason: attempt.reason ?? null,
    duration_ms: attempt.durationMs,
  };
}

/** When a delivery is sent next: when its schedule is due and its endpoint accepts requests, whichever is later. */
function nextAttempt(
  { nextAt = 0 }: DeliveryRecord,
  breaker: BreakerView,
  now: number,
): { at: number | undefined; waitsFor: Delivery["waits_for"] } {
  const opens = opensAt(breaker, now);
  if (opens === undefined) return { at: undefined, waitsFor: "endpoint" };
  if (opens > now && opens > nextAt) return { at: opens, waitsFor: "endpoint" };
  return { at: Math.max(nextAt, now), waitsFor: "schedule" };
}

export function attemptView(attempt: Attempt): AttemptView {
  return {
    attempt: attempt.attempt,
    at: new Date(attempt.at).toISOString(),
    duration_ms: attempt.durationMs,
    outcome: attempt.outcome,
    settled: attempt.settled,
    status: attempt.status ?? null,
    reason: attempt.reason ?? null,
    response: attempt.response ?? null,
    response_headers: attempt.headers ?? null,
    next_attempt_at: isoTime(attempt.nextAt),
  };
}

export function liveAttemptView(attempt: Attempt): LiveAttempt {
  return {
    id: attempt.id,
    execution_id: attempt.executionId,
    feed: attempt.feed,
    endpoint: attempt.endpoint,
    origin: endpointOrigin(attempt.endpoint) ?? "",
    attempt: attempt.attempt,
    at: new Date(attempt.at).toISOString(),
    duration_ms: attempt.durationMs,
    events: attempt.events,
    outcome: attempt.outcome,
    settled: attempt.settled,
    status: attempt.status ?? null,
    reason: attempt.reason ?? null,
  };
}
