import type { LanguageModelV4Prompt } from "@ai-sdk/provider";
import { AppError, ErrorCode, errorMessage, isObject } from "@crewstream/contracts";
import type { ModelAnswer } from "../llm/answer.ts";
import { toEventMessages } from "../llm/messages.ts";
import { agentPrompt, finalAnswerRequest } from "../prompts/agent-prompt.ts";
import type { Json } from "../run/dump.ts";
import type { Scope } from "../run/scope.ts";
import { within } from "../run/span.ts";
import { step } from "../run/step.ts";
import type { Assignment } from "./assignment.ts";
import type { Conversation, LoopResult } from "./conversation.ts";
import { AgentStep, type StepReport } from "./agent-step.ts";
import { answerToolCalls } from "./answer-tool-calls.ts";
import { askWithinWindow } from "./context-window.ts";

const defaultMaxIter = 25;

/**
 * Asks the model until it calls no more tools. After `maxIter` responses, one more with tools disabled is final. Each
 * response with its tool calls is one step, at `scope.path/llm:N`.
 */
export async function runLoop(scope: Scope, assignment: Assignment): Promise<LoopResult> {
  const { agent, prompt, history } = assignment;
  const maxIter = agent.definition.maxIter ?? defaultMaxIter;
  const conversation: Conversation = {
    messages: history === undefined ? agentPrompt(agent, prompt, scope.run.startedAt) : [...history],
    failures: [],
    tools: new Map(assignment.tools.map((tool) => [tool.name, tool])),
    used: new Map(),
  };
  for (let index = 0; ; index += 1) {
    const last = index >= maxIter;
    if (last) conversation.messages.push({ role: "user", content: [{ type: "text", text: finalAnswerRequest }] });
    const text = await takeStep(scope, assignment, conversation, { index, last });
    if (text !== undefined) return { text, messages: conversation.messages, failures: conversation.failures };
  }
}

/** One step; returns the final answer if the step was the last. */
export async function takeStep(
  scope: Scope,
  assignment: Assignment,
  conversation: Conversation,
  { index, last }: { index: number; last: boolean },
): Promise<string | undefined> {
  const at = scope.at(`llm:${index}`);
  const shown = new AgentStep(at, index, lastTold(conversation.messages));
  return within(
    shown,
    async () => {
      const answer = await askWithinWindow(at, assignment, conversation, last);
      conversation.messages.push({ role: "assistant", content: last ? withoutCalls(answer) : answer.content });
      const isFinal = answer.toolCalls.length === 0 || last;
      if (isFinal && answer.text.trim() === "") throw emptyAnswer();
      const done = isFinal
        ? { results: [], final: answer.text }
        : await answerToolCalls(at, answer, assignment, conversation);
      const report = shown.report({ answer, results: done.results, output: done.final ?? null });
      await tell(at, assignment, report);
      shown.finish(report);
      return done.final;
    },
    (error) => shown.failure(errorMessage(error)),
  );
}

/** Calls the step callback, exactly once per run. */
async function tell(scope: Scope, { agent, shared }: Assignment, report: StepReport): Promise<void> {
  const callback = agent.definition.stepCallback ?? shared?.stepCallback;
  if (callback === undefined) return;
  const perform = (inner: Scope): Promise<void> => inner.enter(async () => callback(report));
  await step(scope.at("callback"), { kind: "value", perform });
}

/** The model's latest input: the task, or the results of its tool calls. */
function lastTold(messages: LanguageModelV4Prompt): string {
  const last = messages.at(-1);
  const told = last?.role === "tool" ? [last] : messages.filter((message) => message.role === "user").slice(-1);
  return toEventMessages(told).map(contentOf).join("\n\n");
}

function contentOf(message: Json): string {
  return isObject(message) && typeof message["content"] === "string" ? message["content"] : "";
}

function withoutCalls(answer: ModelAnswer): ModelAnswer["content"] {
  return answer.content.filter((part) => part.type !== "tool-call");
}

function emptyAnswer(): AppError {
  return new AppError("the model returned an empty answer", { code: ErrorCode.modelFailed, retryable: true });
}
