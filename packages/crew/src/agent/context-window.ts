import type { LanguageModelV4FunctionTool, LanguageModelV4Prompt } from "@ai-sdk/provider";
import { AppError, ErrorCode } from "@crewstream/contracts";
import type { ModelAnswer } from "../llm/answer.ts";
import { callModel } from "../llm/call-model.ts";
import type { ModelRequest } from "../llm/model-request.ts";
import type { Model } from "../llm/model.ts";
import { responseEnd } from "../prompts/agent-prompt.ts";
import type { Scope } from "../run/scope.ts";
import type { StepFailure } from "../run/step-failure.ts";
import type { Tool } from "../tools/tool.ts";
import type { Conversation } from "./conversation.ts";
import type { Assignment } from "./assignment.ts";
import { charactersPerToken, saysTooLong, summarised, withShortTask } from "./summarise.ts";

/**
 * Asks the model for its next response. If the conversation exceeds the model's context window, according to its
 * settings or to the provider's error, everything after the task is replaced by a summary; if that is not enough, the
 * task is shortened as well. Rejects with an explanation if the conversation may not be shortened or is still too long.
 */
export async function askWithinWindow(
  scope: Scope,
  assignment: Assignment,
  conversation: Conversation,
  last: boolean,
): Promise<ModelAnswer> {
  const { model, agent, responseSchema, shared } = assignment;
  const mayShorten = agent.definition.respectContextWindow !== false;
  const ask = (at: Scope): Promise<ModelAnswer> => {
    const request: ModelRequest = {
      model: endingAt(model, responseEnd(agent.definition)),
      messages: [...conversation.messages],
      tools: offered(conversation.tools),
      ...(last ? { toolChoice: { type: "none" as const } } : {}),
      ...(responseSchema === undefined ? {} : { responseSchema }),
      ...(shared?.limiter === undefined ? {} : { limiter: shared.limiter }),
    };
    return callModel(at, request);
  };
  if (mayShorten && isLong(conversation) && estimatedTokens(conversation.messages) > windowOf(model)) {
    await tryToSummarise(scope.at("summary"), model, conversation);
  }
  let asked = await outcomeOf(ask(scope));
  if (!("tooLong" in asked)) return asked.answer;
  if (!mayShorten) throw stillTooLong(model, asked.tooLong, "and the agent's respect_context_window is false");
  if (isLong(conversation)) {
    conversation.messages = await summarised(scope.at("shortened"), model, conversation.messages);
    asked = await outcomeOf(ask(scope.at("again")));
    if (!("tooLong" in asked)) return asked.answer;
  }
  conversation.messages = await withShortTask(scope.at("short-task"), model, conversation.messages);
  asked = await outcomeOf(ask(scope.at("once-more")));
  if (!("tooLong" in asked)) return asked.answer;
  throw stillTooLong(model, asked.tooLong, "also as a summary");
}

function endingAt(model: Model, end: string | undefined): Model {
  if (end === undefined) return model;
  return { ...model, settings: { ...model.settings, stop: [...(model.settings.stop ?? []), end] } };
}

/** Whether anything follows the task. */
function isLong({ messages }: Conversation): boolean {
  return messages.findIndex(({ role }) => role === "user") < messages.length - 1;
}

/**
 * Summarises a conversation that is estimated to be too long. If that fails, the provider may still accept the whole.
 */
async function tryToSummarise(scope: Scope, model: Model, conversation: Conversation): Promise<void> {
  try {
    conversation.messages = await summarised(scope, model, conversation.messages);
  } catch (error) {
    if (scope.run.passesThrough(error) || scope.signal.aborted) throw error;
  }
}

async function outcomeOf(asked: Promise<ModelAnswer>): Promise<{ answer: ModelAnswer } | { tooLong: StepFailure }> {
  try {
    return { answer: await asked };
  } catch (error) {
    if (saysTooLong(error)) return { tooLong: error };
    throw error;
  }
}

function stillTooLong(model: Model, { message }: StepFailure, why: string): AppError {
  return new AppError(`The agent's prompt is too long for ${model.label}, ${why}: ${message}`, {
    code: ErrorCode.modelFailed,
  });
}

/** Usable share of the window: the response needs room, and the estimate is rough. */
const usable = 0.85;

function windowOf(model: Model): number {
  return (model.settings.contextWindow ?? Number.POSITIVE_INFINITY) * usable;
}

function estimatedTokens(messages: LanguageModelV4Prompt): number {
  return JSON.stringify(messages).length / charactersPerToken;
}

function offered(tools: ReadonlyMap<string, Tool>): LanguageModelV4FunctionTool[] {
  return [...tools.values()].map(({ name, description, inputSchema }) => ({
    type: "function",
    name,
    description,
    inputSchema,
  }));
}
