import type { JSONSchema7, LanguageModelV4Prompt } from "@ai-sdk/provider";
import { offlineModel } from "./offline-model.ts";

/** A request to the offline model, in no provider's format. */
export interface OfflineQuestion {
  /** The conversation. `name` is the tool's, for its result. */
  messages: readonly { role: "system" | "user" | "assistant" | "tool"; text: string; name?: string }[];
  tools: readonly { name: string; schema: object }[];
  /** The schema of the answer, if it must be JSON. */
  schema?: object | undefined;
}

export interface OfflineAnswer {
  /** Empty next to a call. */
  text: string;
  call: { id: string; name: string; args: string } | null;
  inputTokens: number;
  outputTokens: number;
}

/** The answer of `offline/demo`: for runs whose models are called over HTTP, not by this runtime. */
export async function offlineAnswer({ messages, tools, schema }: OfflineQuestion): Promise<OfflineAnswer> {
  const prompt: LanguageModelV4Prompt = messages.map(({ role, text, name }, index) => {
    if (role === "system") return { role, content: text };
    if (role !== "tool") return { role, content: [{ type: "text", text }] };
    const result = {
      toolCallId: `call_${index}`,
      toolName: name ?? "tool",
      output: { type: "text" as const, value: text },
    };
    return { role, content: [{ type: "tool-result", ...result }] };
  });
  const { content, usage } = await offlineModel("demo").doGenerate({
    prompt,
    tools: tools.map((tool) => ({ type: "function", name: tool.name, inputSchema: tool.schema as JSONSchema7 })),
    ...(schema === undefined ? {} : { responseFormat: { type: "json", schema: schema as JSONSchema7 } }),
  });
  const call = content.find((part) => part.type === "tool-call");
  const text = content.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("");
  return {
    text,
    call: call === undefined ? null : { id: call.toolCallId, name: call.toolName, args: call.input },
    inputTokens: usage.inputTokens.total ?? 0,
    outputTokens: usage.outputTokens.total ?? 0,
  };
}
