import type { Execution, ExecutionSummary, FeedView, Usage } from "@crewstream/contracts";
import type { ExecutionBrief, ExecutionRecord, FeedHead } from "@crewstream/redis";
import { endpointOfUrl, shownUrl } from "./endpoint-url.ts";
import { isoTime } from "./time.ts";

/** An execution in the operations API: all of its record, and the parts of its feeds that are not secret. */
export function executionView(record: ExecutionRecord, feeds: readonly FeedHead[]): Execution {
  return {
    ...executionSummary(record),
    inputs: record.inputs,
    meta: record.meta ?? null,
    runs: record.runs,
    error_stack: record.error_stack ?? null,
    result: record.result ?? null,
    result_json: record.result_json ?? null,
    tasks: Array.isArray(record.tasks) ? record.tasks : [],
    last_step: record.last_step ?? null,
    last_task: record.last_task ?? null,
    subscriptions: feeds.map(feedView),
  };
}

/** An execution as a list shows it. */
export function executionSummary(record: ExecutionBrief): ExecutionSummary {
  return {
    id: record.id,
    automation: record.automation,
    inputs_preview: record.inputs_preview ?? null,
    kind: record.kind,
    state: record.state,
    token: record.token,
    thread_id: record.thread ?? null,
    created_at: new Date(record.created_at).toISOString(),
    started_at: isoTime(record.started_at),
    updated_at: isoTime(record.updated_at),
    ended_at: isoTime(record.ended_at),
    events: record.seq,
    feeds: record.feeds,
    feeds_open: record.feeds_open,
    cancel_requested: record.cancel !== undefined,
    error: record.error ?? null,
    error_type: record.error_type ?? null,
    error_location: record.error_location ?? null,
    usage: (record.usage as Usage | undefined) ?? null,
    progress: (record.progress as ExecutionSummary["progress"] | undefined) ?? null,
  };
}

export function feedView({ feed, subscription, state, cursor, parked }: FeedHead): FeedView {
  return {
    feed,
    url: shownUrl(subscription.url),
    endpoint: endpointOfUrl(subscription.url).endpoint,
    events: subscription.events,
    realtime: subscription.mode === "realtime",
    max_delay_ms: subscription.maxDelayMs ?? null,
    coalesce: subscription.coalesce === true,
    completion: subscription.completion === true,
    form: subscription.form,
    ordering: subscription.ordering,
    retry_schedule_ms: subscription.retrySchedule ?? null,
    has_secrets: subscription.sealedSecrets !== undefined,
    replay_of: subscription.replayOf ?? null,
    state,
    cursor,
    retrying: parked,
  };
}
