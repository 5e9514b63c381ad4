import type { StatusFacts } from "./facts.ts";
import { liveProgress, liveStatus } from "./live.ts";
import { openapiProgress, openapiTasks, openapiWord } from "./openapi.ts";

/**
 * One response for clients of both shapes: `state` in the live terms, `status` in the documented ones, and the text
 * that live servers put into `status` under `status_message`, `message` and, for a failure, `error`.
 */
export function hybridStatus(facts: StatusFacts): Record<string, unknown> {
  const { record } = facts;
  const live = liveStatus(facts);
  return {
    kickoff_id: record.id,
    ...live,
    status: record.state === "PAUSED" ? "paused" : openapiWord(record.state),
    status_message: facts.message,
    message: facts.message,
    error: facts.error,
    error_location: record.error_location ?? null,
    error_stack: record.error_stack ?? null,
    output: facts.output,
    tasks: openapiTasks(facts),
    tasks_output: facts.tasks,
    progress: live["progress"] === null ? null : { ...liveProgress(facts), ...openapiProgress(facts) },
    current_task: facts.progress?.current ?? null,
    execution_time: facts.executionSeconds,
  };
}
