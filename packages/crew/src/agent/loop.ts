import type { LanguageModelV4FunctionTool, LanguageModelV4Prompt } from "@ai-sdk/provider";
import { AppError, ErrorCode, errorMessage } from "@crewstream/contracts";
import { callModel, type ModelRequest } from "../llm/call-model.ts";
import type { ModelAnswer } from "../llm/answer.ts";
import { toEventMessages } from "../llm/messages.ts";
import type { Model } from "../llm/model.ts";
import { agentPrompt, finalAnswerRequest } from "../prompts/agent-prompt.ts";
import type { Json } from "../run/dump.ts";
import type { Scope } from "../run/scope.ts";
import { within } from "../run/span.ts";
import type { ToolFailureRecord } from "../tools/failure.ts";
import type { Tool } from "../tools/tool.ts";
import type { Agent } from "./agent.ts";
import { answerToolCalls } from "./answer-tool-calls.ts";
import { AgentStep } from "./agent-step.ts";

export interface Assignment {
  agent: Agent;
  model: Model;
  /** What the agent is asked, context included. */
  prompt: string;
  /** A conversation to go on with, in place of a new one that begins with the prompt. */
  history?: LanguageModelV4Prompt;
  tools: readonly Tool[];
  /** The task as events show it. */
  task: Readonly<Record<string, unknown>>;
  responseSchema?: ModelRequest["responseSchema"];
}

export interface LoopResult {
  text: string;
  messages: LanguageModelV4Prompt;
  failures: ToolFailureRecord[];
}

const defaultMaxIter = 25;

/**
 * Lets the model answer until it calls no tool any more. After `maxIter` answers, one more with tools off is final.
 * Each answer with the tool calls it leads to is one step, at `scope.path/llm:N`.
 */
export async function runLoop(scope: Scope, assignment: Assignment): Promise<LoopResult> {
  const { agent, prompt } = assignment;
  const maxIter = agent.definition.maxIter ?? defaultMaxIter;
  const state: LoopState = {
    messages: assignment.history === undefined ? agentPrompt(agent, prompt) : [...assignment.history],
    failures: [],
    tools: new Map(assignment.tools.map((tool) => [tool.name, tool])),
    used: new Map(),
  };
  for (let index = 0; ; index += 1) {
    const last = index >= maxIter;
    if (last) state.messages.push({ role: "user", content: [{ type: "text", text: finalAnswerRequest }] });
    const text = await takeStep(scope, assignment, state, { index, last });
    if (text !== undefined) return { text, messages: state.messages, failures: state.failures };
  }
}

interface LoopState {
  messages: LanguageModelV4Prompt;
  failures: ToolFailureRecord[];
  tools: Map<string, Tool>;
  used: Map<string, number>;
}

/** One step; gives the final answer when the step was the last. */
async function takeStep(
  scope: Scope,
  assignment: Assignment,
  state: LoopState,
  { index, last }: { index: number; last: boolean },
): Promise<string | undefined> {
  const { model, responseSchema, agent } = assignment;
  const at = scope.at(`llm:${index}`);
  const shown = new AgentStep(at, index, lastTold(state.messages));
  return within(
    shown,
    async () => {
      const answer = await callModel(at, {
        model,
        messages: [...state.messages],
        tools: offered(state.tools),
        ...(last ? { toolChoice: { type: "none" as const } } : {}),
        ...(responseSchema === undefined ? {} : { responseSchema }),
      });
      state.messages.push({ role: "assistant", content: last ? withoutCalls(answer) : answer.content });
      if (answer.toolCalls.length === 0 || last) {
        if (answer.text.trim() === "") throw emptyAnswer();
        shown.finish({ answer, results: [], output: answer.text });
        return answer.text;
      }
      const { results, final } = await answerToolCalls(at, answer.toolCalls, agent, state);
      shown.finish({ answer, results, output: final ?? null });
      return final;
    },
    (error) => shown.failure(errorMessage(error)),
  );
}

function offered(tools: ReadonlyMap<string, Tool>): LanguageModelV4FunctionTool[] {
  return [...tools.values()].map(({ name, description, inputSchema }) => ({
    type: "function",
    name,
    description,
    inputSchema,
  }));
}

/** What the model was last told: the task, or the results of its tool calls. */
function lastTold(messages: LanguageModelV4Prompt): string {
  const last = messages.at(-1);
  return last === undefined ? "" : toEventMessages([last]).map(contentOf).join("\n\n");
}

function contentOf(message: Json): string {
  const isObject = typeof message === "object" && message !== null && !Array.isArray(message);
  return isObject && typeof message["content"] === "string" ? message["content"] : "";
}

function withoutCalls(answer: ModelAnswer): ModelAnswer["content"] {
  return answer.content.filter((part) => part.type !== "tool-call");
}

function emptyAnswer(): AppError {
  return new AppError("the model gave an empty answer", { code: ErrorCode.modelFailed, retryable: true });
}
