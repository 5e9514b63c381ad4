import { deliveryId, type Ordering } from "@crewstream/contracts";
import type { Attempt, DeliveryRecord, Settlement } from "@crewstream/redis";
import type { AttemptContext } from "../context.ts";
import type { Permit } from "../endpoint/endpoint-gate.ts";
import { decideDisposition, type Disposition } from "./disposition.ts";
import type { OpenedFeed } from "../request/opened-feed.ts";
import { endpointVerdict, type SendOutcome } from "./outcome.ts";
import { redactEcho, redactEchoes } from "./redact-echo.ts";
import { publishedAt } from "../request/render.ts";
import type { RenderedEvent } from "../request/rendered-event.ts";
import { send, type SendResult } from "./send.ts";
import { traceAttempt } from "./trace-attempt.ts";

/**
 * Makes one attempt of a sealed delivery and decides its disposition, which the caller records. Releases the permit, with
 * what the attempt says about the endpoint, even if no request could be made.
 */
export async function attemptDelivery(
  context: AttemptContext,
  feed: OpenedFeed,
  delivery: {
    record: DeliveryRecord;
    events: readonly RenderedEvent[];
    permit: Permit;
    /** `strict` holds a failed delivery at the head of its feed, `relaxed` parks it. */
    ordering: Ordering;
  },
  signal: AbortSignal,
): Promise<{ disposition: Disposition; settlement: Settlement | undefined }> {
  const { record, events, permit } = delivery;
  const at = Date.now();
  const result = await request(context, feed, delivery, at, signal).catch(async (error: unknown) => {
    await permit.release({ verdict: "ignored" });
    throw error;
  });
  const disposition = decideDisposition({
    record,
    outcome: result.outcome,
    schedule: feed.subscription.retrySchedule ?? context.limits.retrySchedule,
    ordering: delivery.ordering,
    at,
    now: Date.now(),
    random: Math.random(),
  });
  await permit.release({
    verdict: endpointVerdict(result.outcome),
    reason: describe(result.outcome),
    pauseMs: result.outcome.kind === "throttled" ? (result.outcome.retryAfterMs ?? 0) : 0,
    answered: "status" in result.outcome,
    refusal: isRefusal(result.outcome) ? describe(result.outcome) : undefined,
  });
  if (disposition.kind === "unchanged") return { disposition, settlement: undefined };
  const attempt = toAttempt(feed, disposition, result, at);
  report(context, feed, disposition, attempt, events);
  return { disposition, settlement: { record: disposition.record, outcome: disposition.kind, attempt } };
}

async function request(
  context: AttemptContext,
  feed: OpenedFeed,
  { record, events }: { record: DeliveryRecord; events: readonly RenderedEvent[] },
  at: number,
  signal: AbortSignal,
): Promise<SendResult> {
  const body = feed.renderer.body(events);
  const { url } = feed.subscription;
  return traceAttempt(context, feed, record, (traceHeaders) =>
    send(
      { url, body, headers: { ...traceHeaders, ...feed.headers(record, body, at) } },
      { client: context.client, policy: context.policy, signal },
    ),
  );
}

function toAttempt(feed: OpenedFeed, disposition: Disposition, result: SendResult, at: number): Attempt {
  const { record } = disposition;
  return {
    id: deliveryId({ ...feed.address, first: record.first }),
    executionId: feed.address.executionId,
    endpoint: feed.endpoint,
    feed: feed.address.feed,
    attempt: record.attempts,
    at,
    durationMs: result.durationMs,
    events: record.events,
    outcome: result.outcome.kind,
    settled: disposition.kind === "unchanged" ? "held" : disposition.kind,
    ...("status" in result.outcome ? { status: result.outcome.status } : {}),
    ...("reason" in result.outcome ? { reason: result.outcome.reason } : {}),
    ...(result.response === undefined ? {} : { response: redactEcho(result.response, feed.secrets) }),
    ...(result.headers === undefined ? {} : { headers: redactEchoes(result.headers, feed.secrets) }),
    ...(record.nextAt === undefined ? {} : { nextAt: record.nextAt }),
    ...(record.complete === undefined ? {} : { complete: record.complete }),
  };
}

/** Logs an attempt in one wide line, and counts it. */
function report(
  context: AttemptContext,
  feed: OpenedFeed,
  disposition: Disposition,
  attempt: Attempt,
  events: readonly RenderedEvent[],
): void {
  const { metrics, log } = context;
  context.stats.attempted(feed.endpoint, attempt);
  metrics.attempts.inc({ outcome: attempt.outcome });
  metrics.attemptSeconds.observe(attempt.durationMs / 1000);
  if (disposition.kind === "delivered") {
    metrics.eventsDelivered.inc(events.length);
    const oldest = events[0];
    if (oldest !== undefined) metrics.feedLagSeconds.observe(Math.max(0, Date.now() - publishedAt(oldest)) / 1000);
  }
  if (disposition.kind === "parked" && attempt.attempt === 1) metrics.deliveriesParked.inc();
  if (disposition.kind === "dead") metrics.deliveriesDead.inc();
  const { response: _response, headers: _headers, ...facts } = attempt;
  const line = { ...facts, endpoint: feed.origin };
  if (disposition.kind === "delivered") log.info(line, "delivery.attempted");
  else log.warn(line, "delivery.attempted");
}

/** Whether the endpoint is up and refused the delivery. */
function isRefusal({ kind }: SendOutcome): boolean {
  return kind === "rejected" || kind === "gone" || kind === "aborted";
}

function describe(outcome: SendOutcome): string {
  const detail = "status" in outcome ? outcome.status : "reason" in outcome ? outcome.reason : "";
  return `${outcome.kind} ${detail}`.trim();
}
