import type { LastStep, LastTask, Progress } from "@crewstream/contracts";
import type { RuntimeEvent } from "@crewstream/crew";

/**
 * Follows a run's events and returns the changes to its record: the state, AMP's `progress`, `last_step` and
 * `last_executed_task`. A resumed run processes its events again and so arrives at the same progress.
 */
export class ProgressTracker {
  readonly #unit: Progress["unit"];
  #progress: Progress;
  #running = false;

  constructor(kind: "crew" | "flow") {
    this.#unit = kind === "crew" ? "task" : "step";
    this.#progress = { unit: this.#unit, completed: 0, total: null, current: null, currentAgent: null };
  }

  observe(event: RuntimeEvent, now: number): Record<string, string | number> {
    const fields: Record<string, string | number> = {};
    if (!this.#running) {
      this.#running = true;
      fields["state"] = "RUNNING";
    }
    const progress = this.#advance(event);
    if (progress !== undefined) {
      this.#progress = progress;
      Object.assign(fields, { progress: JSON.stringify(progress), updated_at: now });
    }
    if (event.type === "crew_step_completed") fields["last_step"] = JSON.stringify(lastStep(event.data));
    if (event.type === "task_completed") fields["last_task"] = JSON.stringify(lastTask(event.data));
    return fields;
  }

  #advance({ type, data }: RuntimeEvent): Progress | undefined {
    const before = this.#progress;
    if (this.#unit === "step") {
      if (type === "method_execution_started") return { ...before, current: text(data["method_name"]) };
      if (type === "method_execution_finished") return { ...before, completed: before.completed + 1 };
      return undefined;
    }
    if (type === "task_started") {
      const total = typeof data["task_count"] === "number" ? data["task_count"] : before.total;
      return { ...before, total, current: text(data["task_name"]), currentAgent: text(data["agent_role"]) || null };
    }
    if (type === "task_completed") return { ...before, completed: before.completed + 1 };
    return undefined;
  }
}

function lastStep(data: Record<string, unknown>): LastStep {
  const [tool, input] = [text(data["tool"]), text(data["tool_input"])];
  const thought = text(data["thought"]);
  return {
    prompt: text(data["prompt"]),
    thought,
    // Components exported from AMP read the tool from this text.
    action: tool === "" ? `Thought: ${thought}` : `Thought: ${thought}\nAction: ${tool}\nAction Input: ${input}`,
    tool,
    tool_input: input,
    result: text(data["result"] ?? data["output"]),
  };
}

function lastTask(data: Record<string, unknown>): LastTask {
  const output = (data["output"] ?? {}) as Record<string, unknown>;
  return {
    name: text(output["name"] ?? data["task_name"]),
    description: text(output["description"]),
    expected_output: text(output["expected_output"]),
    summary: text(output["summary"]),
    agent: text(output["agent"] ?? data["agent_role"]),
    output: text(output["raw"]),
    output_json: output["json_dict"] ?? output["pydantic"] ?? null,
  };
}

function text(value: unknown): string {
  if (value === null || value === undefined) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}
