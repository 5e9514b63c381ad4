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
import type { Attempt, DeliveryRecord } from "@crewstream/redis";
import { endpointOfUrl } from "./endpoint-url.ts";
import { isoTime } from "./time.ts";

/** A delivery that has a record: under way, waiting, or dead. */
export function openDeliveryView(
  { subscription }: { subscription: Subscription },
  address: DeliveryAddress,
  state: DeliveryViewState,
  record: DeliveryRecord,
): Delivery {
  return {
    id: deliveryId(address),
    state,
    execution_id: address.executionId,
    feed: address.feed,
    ...endpointOfUrl(subscription.url),
    events: record.events,
    first: record.first,
    last: record.last,
    attempts: record.attempts,
    sealed_at: isoTime(record.sealedAt),
    last_attempt_at: isoTime(record.lastAt),
    next_attempt_at: state === "retrying" ? isoTime(record.nextAt) : null,
    outcome: record.outcome ?? null,
    status: record.status ?? null,
    reason: record.reason ?? null,
  };
}

/** A delivery that was acknowledged, as the attempt that did it tells of it. */
export function deliveredView(attempt: Attempt): Delivery {
  return {
    id: attempt.id,
    state: "delivered",
    execution_id: attempt.executionId,
    feed: attempt.feed,
    endpoint: attempt.endpoint,
    origin: endpointOrigin(attempt.endpoint) ?? "",
    events: attempt.events,
    first: parseDeliveryId(attempt.id)?.first ?? null,
    last: null,
    attempts: attempt.attempt,
    sealed_at: null,
    last_attempt_at: isoTime(attempt.at),
    next_attempt_at: null,
    outcome: attempt.outcome,
    status: attempt.status ?? null,
    reason: attempt.reason ?? null,
  };
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
