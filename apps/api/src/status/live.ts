import { isoTime } from "../views/time.ts";
import type { StatusFacts } from "./facts.ts";

/** Every key of the live API's response, unused ones null. Field by field as real deployments respond. */
export function liveStatus(facts: StatusFacts): Record<string, unknown> {
  const { record } = facts;
  return {
    state: record.state,
    status: facts.message,
    result: facts.result,
    result_json: facts.resultJson,
    usage_metrics: record.usage ?? null,
    progress: record.state === "FAILED" ? null : liveProgress(facts),
    last_event: null,
    events: [],
    events_count: record.seq,
    events_by_type: {},
    triggered_by: { type: "user", id: record.token },
    execution_origin: "api",
    last_step: facts.lastStep ?? null,
    last_executed_task:
      facts.lastTask === undefined ? null : { ...facts.lastTask, kickoff_id: record.id, meta: record.meta ?? null },
    flow_id: record.kind === "flow" ? record.id : null,
    source: "memory",
  };
}

/** Flows do not know how many steps remain: their `total` and `remaining` are null. */
export function liveProgress({ record, progress, executionSeconds }: StatusFacts): Record<string, unknown> | null {
  if (progress === undefined) return null;
  const { total } = progress;
  return {
    unit: progress.unit,
    completed: progress.completed,
    total,
    remaining: total === null ? null : Math.max(0, total - progress.completed),
    current: progress.current,
    current_agent: progress.currentAgent,
    started_at: isoTime(record.started_at),
    updated_at: isoTime(record.updated_at ?? record.started_at),
    duration_seconds: executionSeconds,
  };
}
