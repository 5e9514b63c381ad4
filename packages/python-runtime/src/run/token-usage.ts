import { noUsage, type Usage } from "@crewstream/contracts";

/** The usage of one model call, from the fields of any provider that the library passes on. */
export function usageOf(usage: unknown): Usage {
  const fields = (typeof usage === "object" && usage !== null ? usage : {}) as Record<string, unknown>;
  const number = (...names: string[]): number => {
    const found = names.map((name) => fields[name]).find((value) => typeof value === "number");
    return typeof found === "number" && Number.isFinite(found) ? found : 0;
  };
  const prompt = number("prompt_tokens", "input_tokens", "prompt_token_count", "inputTokens");
  const completion = number("completion_tokens", "output_tokens", "candidates_token_count", "outputTokens");
  return {
    total_tokens: number("total_tokens", "total_token_count", "totalTokens") || prompt + completion,
    prompt_tokens: prompt,
    cached_prompt_tokens: number("cached_prompt_tokens", "cached_tokens", "cache_read_input_tokens"),
    completion_tokens: completion,
    reasoning_tokens: number("reasoning_tokens"),
    cache_creation_tokens: number("cache_creation_tokens", "cache_creation_input_tokens"),
    successful_requests: 1,
  };
}

/** Adds usage to a sum. */
export function addUsage(sum: Usage, used: Usage): void {
  for (const key of Object.keys(noUsage()) as (keyof Usage)[]) sum[key] += used[key];
}
