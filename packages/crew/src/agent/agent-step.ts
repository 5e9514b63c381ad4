import { parseArgs, type ModelAnswer, type ToolCall } from "../llm/answer.ts";
import type { Scope } from "../run/scope.ts";
import type { Ending } from "../run/span.ts";
import type { ToolResult } from "../tools/tool-result.ts";

export interface StepResult {
  answer: ModelAnswer;
  results: { call: ToolCall; result: ToolResult }[];
  /** The agent's final answer, if this step produced it. */
  output: string | null;
}

/** One step of an agent, as reported by `crew_step_completed` and to callbacks. */
export interface StepReport {
  step_index: number;
  /** The last message the model was given. */
  prompt: string;
  thought: string;
  /** The step in the text form of AMP's `last_step.action`. */
  action: string;
  /** The first tool called; null when there was none. */
  tool: string | null;
  tool_input: unknown;
  result: string | null;
  tool_calls: { id: string; tool: string; tool_input: unknown; result: string | null; error: string | null }[];
  /** The agent's final answer, if this step produced it. */
  output: string | null;
}

/** Fields of a step that ended without a result. */
export const emptyStep = {
  thought: "",
  action: "",
  tool: null,
  tool_input: null,
  result: null,
  tool_calls: [],
  output: null,
};

/**
 * The pair `crew_step_started` and `crew_step_completed`, which is crewstream's own and not CrewAI's. It spans a model
 * response and the tool calls that follow from it, but is not a parent: those stay children of the agent, as in CrewAI.
 * Its data feeds AMP's legacy step webhook and `last_step`.
 */
export class AgentStep {
  readonly scope: Scope;
  readonly #id: string;
  readonly #shared: { step_index: number; prompt: string };
  #ended = false;

  constructor(scope: Scope, index: number, prompt: string) {
    this.scope = scope;
    this.#shared = { step_index: index, prompt };
    this.#id = scope.emit("crew_step_started", this.#shared);
  }

  get ended(): boolean {
    return this.#ended;
  }

  end({ type, data }: Ending): string {
    this.#ended = true;
    return this.scope.emit(type, data, { startedId: this.#id });
  }

  /** Describes the step, for callbacks and for its ending event. */
  report({ answer, results, output }: StepResult): StepReport {
    const calls = results.map(({ call, result }) => ({
      id: call.id,
      tool: call.name,
      tool_input: inputOf(call),
      result: result.failure === null ? result.text : null,
      error: result.failure?.message ?? null,
    }));
    const thought = answer.reasoning || (results.length > 0 ? answer.text : "");
    return {
      ...this.#shared,
      thought,
      action: actionText(thought, results, output),
      tool: calls[0]?.tool ?? null,
      tool_input: calls[0]?.tool_input ?? null,
      result: results[0]?.result.text ?? output,
      tool_calls: calls,
      output,
    };
  }

  finish(report: StepReport): void {
    this.end({ type: "crew_step_completed", data: { ...report, error: null } });
  }

  failure(message: string): Ending {
    return { type: "crew_step_completed", data: { ...this.#shared, ...emptyStep, error: message } };
  }
}

function inputOf(call: ToolCall): unknown {
  const args = parseArgs(call.args);
  return args.ok ? args.value : call.args;
}

/**
 * AMP's `last_step.action`: the text format that CrewAI's agents used to write, which exported clients still match on.
 */
function actionText(thought: string, results: StepResult["results"], output: string | null): string {
  const actions = results.map(({ call }) => `Action: ${call.name}\nAction Input: ${call.args}`);
  const answer = output === null || results.length > 0 ? [] : [`Final Answer: ${output}`];
  return [`Thought: ${thought}`, ...actions, ...answer].join("\n");
}
