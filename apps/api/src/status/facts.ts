import { hasEnded, type ExecutionState, type LastStep, type LastTask, type Progress } from "@crewstream/contracts";
import type { ExecutionRecord } from "@crewstream/redis";

/** What all shapes of `/status` are made from, read from a record once. */
export interface StatusFacts {
  record: ExecutionRecord;
  /** The live API's `status`: a sentence, the exception's text, or null once a run has succeeded. */
  message: string | null;
  /** The failure's text, for a run that failed or was cancelled. */
  error: string | null;
  /** Text for a crew, any JSON for a flow; null until the run has succeeded. */
  result: unknown;
  resultJson: unknown;
  /** The result as text. */
  output: string | null;
  progress: Progress | undefined;
  /** Seconds from the first worker's start to the end, or to now. */
  executionSeconds: number | null;
  tasks: LastTask[];
  lastStep: LastStep | undefined;
  lastTask: LastTask | undefined;
}

/** @param now ms since 1970, for the duration of a running run */
export function statusFacts(record: ExecutionRecord, now: number): StatusFacts {
  const succeeded = record.state === "SUCCESS";
  const raw = succeeded ? (record.result ?? null) : null;
  const result = record.kind === "crew" && raw !== null ? asText(raw) : raw;
  const error = errorText(record);
  return {
    record,
    message: statusMessage(record, error),
    error,
    result,
    resultJson: succeeded ? (record.result_json ?? null) : null,
    output: raw === null ? null : asText(raw),
    progress: record.progress as Progress | undefined,
    executionSeconds: executionSeconds(record, now),
    tasks: (record.tasks as LastTask[] | undefined) ?? [],
    lastStep: record.kind === "crew" ? (record.last_step as LastStep | undefined) : undefined,
    lastTask: record.kind === "crew" ? (record.last_task as LastTask | undefined) : undefined,
  };
}

function statusMessage(record: ExecutionRecord, error: string | null): string | null {
  const sentences = {
    PENDING: "Task is pending",
    STARTED: "Task is Running",
    RUNNING: "Task is Running",
    PAUSED: "awaiting_human_feedback",
    SUCCESS: null,
    FAILED: error,
    REVOKED: error,
  } satisfies Record<ExecutionState, string | null>;
  return sentences[record.state];
}

/** `ValueError: no such city`, as the live API prints an exception. */
function errorText(record: ExecutionRecord): string | null {
  if (record.state === "REVOKED") return record.error ?? "The execution was cancelled";
  if (record.state !== "FAILED") return null;
  const text = record.error ?? "The run failed";
  const { error_type: type } = record;
  return type === undefined || text.startsWith(`${type}:`) ? text : `${type}: ${text}`;
}

function executionSeconds(record: ExecutionRecord, now: number): number | null {
  if (record.started_at === undefined) return null;
  const end = hasEnded(record.state) ? (record.ended_at ?? record.updated_at ?? now) : now;
  return Math.max(0, Math.round(end - record.started_at)) / 1000;
}

function asText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
