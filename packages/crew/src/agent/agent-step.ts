import { parseArgs, type ModelAnswer, type ToolCall } from "../llm/answer.ts";
import type { Scope } from "../run/scope.ts";
import type { Ending } from "../run/span.ts";
import type { ToolResult } from "../tools/tool-result.ts";

export interface StepResult {
  answer: ModelAnswer;
  results: { call: ToolCall; result: ToolResult }[];
  /** The agent's final answer, when this step gave it. */
  output: string | null;
}

/** One step of an agent, as `crew_step_completed` and callbacks have it. */
export interface StepReport {
  step_index: number;
  /** What the model was last told. */
  prompt: string;
  thought: string;
  /** The step in the text form of AMP's `last_step.action`. */
  action: string;
  /** The first tool called; null when there was none. */
  tool: string | null;
  tool_input: unknown;
  result: string | null;
  tool_calls: { id: string; tool: string; tool_input: unknown; result: string | null; error: string | null }[];
  /** The agent's final answer, when this step gave it. */
  output: string | null;
}

/** What the ending of a step tells that came to nothing. */
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
 * The pair `crew_step_started` and `crew_step_completed`, which is ours and not CrewAI's: it encloses a model answer
 * and the tool calls it led to, but is no parent, so that those hang under the agent as CrewAI has them.
 * Its data holds AMP's legacy step webhook and `last_step`.
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

  /** What the step was, for callbacks and for its ending. */
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

/** AMP's `last_step.action`: the text form that CrewAI's agents once wrote and exported clients still match on. */
function actionText(thought: string, results: StepResult["results"], output: string | null): string {
  const actions = results.map(({ call }) => `Action: ${call.name}\nAction Input: ${call.args}`);
  const answer = output === null || results.length > 0 ? [] : [`Final Answer: ${output}`];
  return [`Thought: ${thought}`, ...actions, ...answer].join("\n");
}
