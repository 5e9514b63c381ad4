import type { LanguageModelV4FunctionTool, LanguageModelV4Message, LanguageModelV4Prompt } from "@ai-sdk/provider";
import type { ModelAnswer } from "../llm/answer.ts";
import { callModel, type ModelRequest } from "../llm/call-model.ts";
import { toEventMessages } from "../llm/messages.ts";
import type { Model } from "../llm/model.ts";
import { summaryHeading, summaryRequest } from "../prompts/summary-prompt.ts";
import type { Scope } from "../run/scope.ts";
import { StepFailure } from "../run/step.ts";
import type { Tool } from "../tools/tool.ts";
import type { Assignment, Conversation } from "./loop.ts";

/**
 * Asks the model for its next answer. A conversation that is too long for it, by the window its settings name or by
 * the provider's own complaint, is replaced by a summary once a step and the question put again.
 */
export async function askWithinWindow(
  scope: Scope,
  assignment: Assignment,
  conversation: Conversation,
  last: boolean,
): Promise<ModelAnswer> {
  const { model, agent, responseSchema, shared } = assignment;
  const mayShorten = agent.definition.respectContextWindow !== false && conversation.messages.length > 2;
  const request = (): ModelRequest => ({
    model,
    messages: [...conversation.messages],
    tools: offered(conversation.tools),
    ...(last ? { toolChoice: { type: "none" as const } } : {}),
    ...(responseSchema === undefined ? {} : { responseSchema }),
    ...(shared?.limiter === undefined ? {} : { limiter: shared.limiter }),
  });
  if (mayShorten && estimatedTokens(conversation.messages) > windowOf(model)) {
    conversation.messages = await summarised(scope.at("summary"), model, conversation.messages);
  }
  try {
    return await callModel(scope, request());
  } catch (error) {
    if (!mayShorten || !(error instanceof StepFailure) || !saysTooLong(error)) throw error;
    conversation.messages = await summarised(scope.at("shortened"), model, conversation.messages);
    return callModel(scope.at("again"), request());
  }
}

/** Share of the window a conversation may fill: the answer needs room, and the estimate is rough. */
const usable = 0.85;
const charactersPerToken = 4;

function windowOf(model: Model): number {
  return (model.settings.contextWindow ?? Number.POSITIVE_INFINITY) * usable;
}

function estimatedTokens(messages: LanguageModelV4Prompt): number {
  return JSON.stringify(messages).length / charactersPerToken;
}

/** Providers have no common code for this; these are the words of OpenAI, Anthropic, Google, Mistral and llama.cpp. */
function saysTooLong({ message }: StepFailure): boolean {
  return /context.{0,20}(length|window|size)|maximum.{0,20}tokens|too many tokens|(prompt|input) is too long|token limit/i.test(
    message,
  );
}

/** The system message and the task as they were, and a summary in place of everything after them. */
async function summarised(scope: Scope, model: Model, messages: LanguageModelV4Prompt): Promise<LanguageModelV4Prompt> {
  const first = messages.findIndex((message) => message.role === "user");
  const rest = messages.slice(first + 1);
  // A part at a time: the whole may not fit, or it would not have to be summarised.
  const parts = chunked(JSON.stringify(toEventMessages(rest)), chunkLength(model));
  const summaries: string[] = [];
  for (const [index, part] of parts.entries()) {
    const question: LanguageModelV4Message = {
      role: "user",
      content: [{ type: "text", text: `${summaryRequest}\n\n${part}` }],
    };
    const answer = await callModel(scope.at(`part:${index}`), { model, messages: [question] });
    summaries.push(answer.text);
  }
  const summary: LanguageModelV4Message = {
    role: "user",
    content: [{ type: "text", text: `${summaryHeading}\n${summaries.join("\n\n")}` }],
  };
  return [...messages.slice(0, first + 1), summary];
}

function chunkLength(model: Model): number {
  return Math.max(2000, (model.settings.contextWindow ?? 16_000) * charactersPerToken * 0.5);
}

function chunked(text: string, length: number): string[] {
  return Array.from({ length: Math.ceil(text.length / length) }, (_, index) =>
    text.slice(index * length, (index + 1) * length),
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
