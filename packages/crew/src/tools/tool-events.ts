import { agentSummary } from "../agent/agent.ts";
import type { Scope } from "../run/scope.ts";
import type { Toolbox } from "./toolbox.ts";
import type { ToolResult } from "./tool-result.ts";
import type { ToolFailure } from "./failure.ts";

type Data = Record<string, unknown>;

/** The events of one tool call, with the fields they share. */
export function toolEvents(
  scope: Scope,
  { name, id }: { name: string; id?: string },
  toolArgs: unknown,
  box: Pick<Toolbox, "agent" | "policy" | "planStep" | "callId">,
): ToolEvents {
  const shared = {
    agent_key: box.agent?.key ?? null,
    tool_name: name,
    tool_args: toolArgs,
    tool_class: null,
    run_attempts: 0,
    delegations: null,
    agent: null,
    tool_call_id: id ?? null,
    call_id: box.callId ?? null,
    plan_step_number: box.planStep?.number ?? null,
    plan_step_description: box.planStep?.description ?? null,
  };
  return {
    started: () => shared,
    finished: (result) => ({
      ...shared,
      started_at: result.startedAt,
      finished_at: result.finishedAt,
      from_cache: result.fromCache,
      output: result.text,
      failure: result.failure,
    }),
    error: (fields) => ({ ...shared, ...fields }),
    invalidInput: (failure) => void scope.emit("tool_validate_input_error", { ...shared, error: failure.message }),
    unknownTool: (failure) => void scope.emit("tool_selection_error", { ...shared, error: failure.message }),
    failed: (failure) => {
      if (box.policy === "ignore") return;
      const agent = box.agent === null ? null : agentSummary(box.agent);
      scope.emit("tool_failure_detected", { ...shared, agent, failure, policy: box.policy });
    },
  };
}

export interface ToolEvents {
  started(): Data;
  finished(result: ToolResult): Data;
  /** @param fields what `errorFields` gives */
  error(fields: { error: string }): Data;
  invalidInput(failure: ToolFailure): void;
  unknownTool(failure: ToolFailure): void;
  failed(failure: ToolFailure): void;
}
