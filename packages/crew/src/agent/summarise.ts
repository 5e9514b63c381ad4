import type { LanguageModelV4Message, LanguageModelV4Prompt } from "@ai-sdk/provider";
import { errorMessage } from "@crewstream/contracts";
import { callModel } from "../llm/call-model.ts";
import { toEventMessages } from "../llm/messages.ts";
import type { Model } from "../llm/model.ts";
import { summaryHeading, summaryRequest, taskSummaryHeading, taskSummaryRequest } from "../prompts/summary-prompt.ts";
import { FlatSpan } from "../run/flat-span.ts";
import type { Scope } from "../run/scope.ts";
import { within } from "../run/span.ts";
import { StepFailure } from "../run/step-failure.ts";

export const charactersPerToken = 4;
const defaultWindow = 16_000;
/** A part of at most this many characters is not split further. */
const shortest = 2000;

/**
 * Providers have no common error code for this; these are the phrases of OpenAI, Anthropic, Google, Mistral and
 * llama.cpp.
 */
export function saysTooLong(error: unknown): error is StepFailure {
  const words =
    /context.{0,20}(length|window|size)|maximum.{0,20}tokens|too many tokens|(prompt|input) is too long|token limit/i;
  return error instanceof StepFailure && words.test(error.message);
}

/** The system message and the task unchanged, with a summary instead of everything after them. */
export async function summarised(
  scope: Scope,
  model: Model,
  messages: LanguageModelV4Prompt,
): Promise<LanguageModelV4Prompt> {
  const first = taskIndex(messages);
  const told = JSON.stringify(toEventMessages(messages.slice(first + 1)));
  const summary = await shortened(scope, model, summaryRequest, told);
  return [...messages.slice(0, first + 1), user(`${summaryHeading}\n${summary}`)];
}

/** The conversation with a shorter task: the first user message is summarised part by part. */
export async function withShortTask(
  scope: Scope,
  model: Model,
  messages: LanguageModelV4Prompt,
): Promise<LanguageModelV4Prompt> {
  const first = taskIndex(messages);
  const task = messages[first];
  const text =
    task?.role === "user" ? task.content.map((part) => (part.type === "text" ? part.text : "")).join("\n") : "";
  const summary = await shortened(scope, model, taskSummaryRequest, text);
  return messages.map((message, index) => (index === first ? user(`${taskSummaryHeading}\n${summary}`) : message));
}

/** Summarises a text in parts that fit the model, and emits the events for it. */
async function shortened(scope: Scope, model: Model, request: string, text: string): Promise<string> {
  const shown = new FlatSpan(scope, "context_window_summarization_started", { model: model.label });
  return await within(
    shown,
    async () => {
      // One part at a time: if the whole fitted, it would not have to be summarised.
      const summaries: string[] = [];
      for (const [index, part] of chunked(text, chunkLength(model)).entries()) {
        summaries.push(await summaryOf(scope.at(`part:${index}`), model, request, part));
      }
      shown.end({ type: "context_window_summarization_completed", data: { model: model.label } });
      return summaries.join("\n\n");
    },
    (error) => ({
      type: "context_window_summarization_failed",
      data: { model: model.label, error: errorMessage(error) },
    }),
  );
}

/** The summary of one part, or of its halves if the part itself is too long for the model. */
async function summaryOf(scope: Scope, model: Model, request: string, part: string): Promise<string> {
  try {
    return (await callModel(scope, { model, messages: [user(`${request}\n\n${part}`)] })).text;
  } catch (error) {
    if (!saysTooLong(error) || part.length <= shortest) throw error;
    const half = Math.ceil(part.length / 2);
    const first = await summaryOf(scope.at("first"), model, request, part.slice(0, half));
    return `${first}\n\n${await summaryOf(scope.at("second"), model, request, part.slice(half))}`;
  }
}

function taskIndex(messages: LanguageModelV4Prompt): number {
  return messages.findIndex((message) => message.role === "user");
}

function user(text: string): LanguageModelV4Message {
  return { role: "user", content: [{ type: "text", text }] };
}

function chunkLength({ settings }: Model): number {
  return Math.max(shortest, (settings.contextWindow ?? defaultWindow) * charactersPerToken * 0.5);
}

function chunked(text: string, length: number): string[] {
  return Array.from({ length: Math.ceil(text.length / length) }, (_, index) =>
    text.slice(index * length, (index + 1) * length),
  );
}
