import type { LanguageModelV4Message, LanguageModelV4Usage } from "@ai-sdk/provider";
import type { Usage } from "@crewstream/contracts";

export interface ToolCall {
  id: string;
  name: string;
  /** As the model wrote it: JSON, unless the model made a mistake. */
  args: string;
}

type AssistantPart = Extract<LanguageModelV4Message, { role: "assistant" }>["content"][number];

/** A complete response of a model, as it is journaled. */
export interface ModelAnswer {
  /** `call_id` of its events; not journaled, as its place in the run says it. */
  callId?: string;
  text: string;
  reasoning: string;
  toolCalls: ToolCall[];
  /** The response as the next prompt contains it, with everything the provider needs to see again. */
  content: AssistantPart[];
  /** Null if the provider reported none. */
  usage: Usage | null;
  finishReason: string | null;
  responseId: string | null;
}

/** A provider's token counts in CrewAI's terms (`UsageMetrics`); null if it reported none. */
export function usageOf({ inputTokens, outputTokens }: LanguageModelV4Usage): Usage | null {
  if (inputTokens.total === undefined && outputTokens.total === undefined) return null;
  const prompt = inputTokens.total ?? 0;
  const completion = outputTokens.total ?? 0;
  return {
    total_tokens: prompt + completion,
    prompt_tokens: prompt,
    cached_prompt_tokens: inputTokens.cacheRead ?? 0,
    completion_tokens: completion,
    reasoning_tokens: outputTokens.reasoning ?? 0,
    cache_creation_tokens: inputTokens.cacheWrite ?? 0,
    successful_requests: 1,
  };
}

/** The arguments a model wrote, for its next prompt; text that is not a JSON object becomes an empty object. */
export function parseArgs(args: string): { ok: true; value: unknown } | { ok: false; error: string } {
  if (args.trim() === "") return { ok: true, value: {} };
  try {
    return { ok: true, value: JSON.parse(args) as unknown };
  } catch (error) {
    return { ok: false, error: error instanceof Error ? error.message : String(error) };
  }
}
