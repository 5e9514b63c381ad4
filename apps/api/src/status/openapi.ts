import type { StatusFacts } from "./facts.ts";

/** The state names of AMP's OpenAPI file; it has none for a paused run. */
export function openapiWord(state: StatusFacts["record"]["state"]): "running" | "completed" | "error" {
  if (state === "SUCCESS") return "completed";
  return state === "FAILED" || state === "REVOKED" ? "error" : "running";
}

/** The response as AMP's OpenAPI file documents it; its servers never sent it, but clients were written from it. */
export function openapiStatus(facts: StatusFacts): Record<string, unknown> {
  const status = openapiWord(facts.record.state);
  if (status === "completed") {
    return {
      status,
      result: { output: facts.output, tasks: openapiTasks(facts) },
      execution_time: facts.executionSeconds,
    };
  }
  if (status === "error") return { status, error: facts.error, execution_time: facts.executionSeconds };
  return { status, current_task: facts.progress?.current ?? null, progress: openapiProgress(facts) };
}

export function openapiTasks({ tasks }: StatusFacts): Record<string, unknown>[] {
  return tasks.map((task) => ({
    task_id: task.name,
    output: task.output,
    agent: task.agent,
    execution_time: null,
  }));
}

export function openapiProgress({ progress }: StatusFacts): Record<string, unknown> {
  return { completed_tasks: progress?.completed ?? 0, total_tasks: progress?.total ?? null };
}
