import type { RunEvent } from "../../api/events.ts";

/** A question of a run that no one has answered yet, read from its events. */
export interface OpenRequest {
  id: string;
  message: string;
  /** What is to be reviewed; undefined for a plain question. */
  output: unknown;
  /** Outcomes to choose from; null when any text will do. */
  emit: string[] | null;
  step: string;
  taskId: string | undefined;
}

/** Requests that were made and not yet received an answer, the oldest first. */
export function openRequests(events: readonly RunEvent[]): OpenRequest[] {
  const open = new Map<string, OpenRequest>();
  for (const { id, type, data } of events) {
    const request = textOf(data["request_id"]);
    if (type === "human_feedback_requested") {
      const key = request ?? id;
      open.set(key, {
        id: key,
        message: textOf(data["message"]) ?? "The run asks for an answer",
        output: data["output"] ?? undefined,
        emit: outcomes(data["emit"]),
        step: textOf(data["method_name"]) ?? textOf(data["task_name"]) ?? "A step",
        taskId: textOf(data["task_id"]),
      });
    } else if (type === "human_feedback_received") {
      if (request !== undefined) open.delete(request);
      else open.clear();
    }
  }
  return [...open.values()];
}

function outcomes(value: unknown): string[] | null {
  if (!Array.isArray(value) || value.length === 0) return null;
  return value.filter((each) => typeof each === "string");
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
