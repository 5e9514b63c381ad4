import type { Subscription } from "@crewstream/contracts";
import type { ExecutionRecord } from "@crewstream/redis";
import { isoTime } from "../status/facts.ts";

/** An execution as the operations API shows it: all of its record, and of its subscriptions what is no secret. */
export function executionView(
  record: ExecutionRecord,
  subscriptions: readonly Subscription[],
): Record<string, unknown> {
  return {
    ...executionSummary(record),
    inputs: record.inputs,
    meta: record.meta ?? null,
    runs: record.runs,
    result: record.result ?? null,
    result_json: record.result_json ?? null,
    tasks: record.tasks ?? [],
    last_step: record.last_step ?? null,
    last_task: record.last_task ?? null,
    feeds_open: record.feeds_open,
    subscriptions: subscriptions.map(subscriptionView),
  };
}

/** An execution as a list shows it: nothing whose size a client chooses. */
export function executionSummary(record: ExecutionRecord): Record<string, unknown> {
  return {
    id: record.id,
    automation: record.automation,
    kind: record.kind,
    state: record.state,
    token: record.token,
    created_at: isoTime(record.created_at),
    started_at: isoTime(record.started_at),
    updated_at: isoTime(record.updated_at),
    ended_at: isoTime(record.ended_at),
    events: record.seq,
    feeds: record.feeds,
    cancel_requested: record.cancel !== undefined,
    error: record.error ?? null,
    error_type: record.error_type ?? null,
    usage: record.usage ?? null,
    progress: record.progress ?? null,
  };
}

function subscriptionView(subscription: Subscription, feed: number): Record<string, unknown> {
  return {
    feed,
    url: subscription.url,
    events: subscription.events,
    realtime: subscription.mode === "realtime",
    form: subscription.form,
    ordering: subscription.ordering,
    retry_schedule_ms: subscription.retrySchedule ?? null,
    has_secrets: subscription.sealedSecrets !== undefined,
    replay_of: subscription.replayOf ?? null,
  };
}
