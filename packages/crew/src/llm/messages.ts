import type { LanguageModelV4Message, LanguageModelV4Prompt } from "@ai-sdk/provider";
import type { Json } from "../run/dump.ts";

/** A conversation as CrewAI's events show it: OpenAI's chat messages. */
export function toEventMessages(prompt: LanguageModelV4Prompt): Json[] {
  return prompt.flatMap(toEventMessage);
}

function toEventMessage(message: LanguageModelV4Message): Json[] {
  if (message.role === "system") return [{ role: "system", content: message.content }];
  if (message.role === "user") return [{ role: "user", content: textOf(message.content) }];
  if (message.role === "assistant") return [assistantMessage(message.content)];
  return message.content.flatMap((part) =>
    part.type === "tool-result"
      ? [{ role: "tool", tool_call_id: part.toolCallId, name: part.toolName, content: resultText(part.output) }]
      : [],
  );
}

function assistantMessage(content: Extract<LanguageModelV4Message, { role: "assistant" }>["content"]): Json {
  const calls: Json[] = [];
  for (const part of content) {
    if (part.type !== "tool-call") continue;
    calls.push(eventToolCall(part.toolCallId, part.toolName, JSON.stringify(part.input)));
  }
  const text = textOf(content);
  if (calls.length === 0) return { role: "assistant", content: text };
  return { role: "assistant", content: text === "" ? null : text, tool_calls: calls };
}

/** A tool call in OpenAI's format, as in `llm_call_completed.response`. */
export function eventToolCall(id: string, name: string, args: string): Json {
  return { id, type: "function", function: { name, arguments: args } };
}

function textOf(content: readonly { type: string; text?: unknown }[]): string {
  return content
    .map((part) => (part.type === "text" && typeof part.text === "string" ? part.text : ""))
    .filter((text) => text !== "")
    .join("\n");
}

function resultText(output: { type: string; value?: unknown }): string {
  return typeof output.value === "string" ? output.value : JSON.stringify(output.value ?? null);
}
