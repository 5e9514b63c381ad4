import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4Content,
  LanguageModelV4GenerateResult,
  LanguageModelV4Prompt,
  LanguageModelV4StreamPart,
} from "@ai-sdk/provider";
import { contextHeading } from "../prompts/task-prompt.ts";
import { offlineValue } from "./offline-value.ts";

const preamble = "(offline/demo is a stand-in that repeats what it was given.)";

/**
 * A stand-in for a model that needs no key and no network. It understands nothing: it calls every offered tool once
 * with valid arguments, then repeats the task and the tools' results as its answer. It is deterministic, streams, and
 * counts words as tokens, so everything around a model can be tried and tested with it.
 */
export function offlineModel(modelId: string): LanguageModelV4 {
  return {
    specificationVersion: "v4",
    provider: "offline",
    modelId,
    supportedUrls: {},
    doGenerate: (options) => Promise.resolve(answer(options)),
    doStream: (options) => Promise.resolve({ stream: ReadableStream.from(parts(answer(options))) }),
  };
}

function answer(options: LanguageModelV4CallOptions): LanguageModelV4GenerateResult {
  const { prompt } = options;
  const content = nextToolCall(options) ?? { type: "text" as const, text: finalText(options) };
  const input = countTokens(JSON.stringify(prompt));
  const output = countTokens(content.type === "text" ? content.text : JSON.stringify(content));
  const finish = content.type === "text" ? "stop" : "tool-calls";
  return {
    content: [content],
    finishReason: { unified: finish, raw: finish === "stop" ? "stop" : "tool_calls" },
    usage: {
      inputTokens: { total: input, noCache: input, cacheRead: 0, cacheWrite: 0 },
      outputTokens: { total: output, text: output, reasoning: 0 },
    },
    response: { id: `offline-${prompt.length}` },
    warnings: [],
  };
}

function nextToolCall({ prompt, tools, toolChoice }: LanguageModelV4CallOptions): LanguageModelV4Content | undefined {
  if (toolChoice?.type === "none") return undefined;
  const called = toolResults(prompt).map((result) => result.name);
  for (const tool of tools ?? []) {
    if (tool.type !== "function" || called.includes(tool.name)) continue;
    const input = JSON.stringify(offlineValue(tool.inputSchema, taskOf(prompt)));
    return { type: "tool-call", toolCallId: `offline_call_${called.length + 1}`, toolName: tool.name, input };
  }
  return undefined;
}

function finalText({ prompt, responseFormat }: LanguageModelV4CallOptions): string {
  const task = taskOf(prompt);
  const results = toolResults(prompt);
  const context = contextOf(prompt);
  const found = results.map((result) => `- ${result.name}: ${shorten(result.text, 600)}`);
  const text = [
    `${preamble} Task: ${task}`,
    ...(found.length > 0 ? ["", "Tool results:", ...found] : []),
    ...(context === "" ? [] : ["", "From the tasks before:", shorten(context, 1200)]),
  ].join("\n");
  if (responseFormat?.type !== "json") return text;
  return JSON.stringify(responseFormat.schema === undefined ? { text } : offlineValue(responseFormat.schema, text));
}

/** The subject of the last question: the line after our runtime's or CrewAI's own heading, or its first line. */
function taskOf(prompt: LanguageModelV4Prompt): string {
  const lines = questionOf(prompt)
    .split("\n")
    .map((line) => line.trim());
  const heading = /^(Current )?Task:/;
  const named = lines.find((line) => heading.test(line))?.replace(heading, "");
  return shorten((named ?? lines.find((line) => line !== "") ?? "").trim(), 300);
}

/** The context from earlier tasks, without this model's own preamble. */
function contextOf(prompt: LanguageModelV4Prompt): string {
  const [, context = ""] = questionOf(prompt).split(contextHeading);
  return context.replaceAll(preamble, "").trim();
}

function questionOf(prompt: LanguageModelV4Prompt): string {
  const question = prompt.findLast((message) => message.role === "user");
  return question?.content.map((part) => (part.type === "text" ? part.text : "")).join("\n") ?? "";
}

function toolResults(prompt: LanguageModelV4Prompt): { name: string; text: string }[] {
  return prompt.flatMap((message) =>
    message.role !== "tool"
      ? []
      : message.content.flatMap((part) => {
          if (part.type !== "tool-result") return [];
          const { output } = part;
          const text = "value" in output && typeof output.value === "string" ? output.value : JSON.stringify(output);
          return [{ name: part.toolName, text }];
        }),
  );
}

function shorten(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}

function countTokens(text: string): number {
  return text.split(/\s+/).filter((word) => word !== "").length;
}

function* parts(result: LanguageModelV4GenerateResult): Generator<LanguageModelV4StreamPart> {
  yield { type: "stream-start", warnings: [] };
  yield { type: "response-metadata", ...(result.response?.id === undefined ? {} : { id: result.response.id }) };
  for (const [index, content] of result.content.entries()) {
    const id = content.type === "tool-call" ? content.toolCallId : `part_${index}`;
    if (content.type === "text") {
      yield { type: "text-start", id };
      for (const delta of pieces(content.text)) yield { type: "text-delta", id, delta };
      yield { type: "text-end", id };
    } else if (content.type === "tool-call") {
      yield { type: "tool-input-start", id, toolName: content.toolName };
      for (const delta of pieces(content.input)) yield { type: "tool-input-delta", id, delta };
      yield { type: "tool-input-end", id };
      yield content;
    }
  }
  yield { type: "finish", usage: result.usage, finishReason: result.finishReason };
}

/** Splits a text into four to sixteen chunks, so that a long answer does not become hundreds of events. */
function pieces(text: string): string[] {
  const count = Math.max(4, Math.min(16, Math.ceil(text.length / 40)));
  const size = Math.max(1, Math.ceil(text.length / count));
  return Array.from({ length: Math.ceil(text.length / size) }, (_, index) =>
    text.slice(index * size, (index + 1) * size),
  );
}
