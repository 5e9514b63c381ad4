import type { LanguageModelV4FunctionTool, LanguageModelV4Prompt, LanguageModelV4ToolChoice } from "@ai-sdk/provider";
import type { Scope } from "../run/scope.ts";
import type { ModelAnswer } from "./answer.ts";
import type { Model } from "./model.ts";
import type { RateLimiter } from "./rate-limiter.ts";

/** One question to a model. */
export interface ModelRequest {
  model: Model;
  messages: LanguageModelV4Prompt;
  tools?: LanguageModelV4FunctionTool[];
  toolChoice?: LanguageModelV4ToolChoice;
  /** Where the call waits for its turn. */
  limiter?: RateLimiter;
  /** Emits what belongs inside the call, before its ending. */
  inside?: (scope: Scope, answer: ModelAnswer) => void;
  /** JSON Schema that the answer's text must fit. */
  responseSchema?: { name: string; schema: NonNullable<LanguageModelV4FunctionTool["inputSchema"]> };
}
