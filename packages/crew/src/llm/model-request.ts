import type { LanguageModelV4FunctionTool, LanguageModelV4Prompt, LanguageModelV4ToolChoice } from "@ai-sdk/provider";
import type { Scope } from "../run/scope.ts";
import type { ModelAnswer } from "./answer.ts";
import type { Model } from "./model.ts";
import type { RateLimiter } from "./rate-limiter.ts";

/** A request to a model. */
export interface ModelRequest {
  model: Model;
  messages: LanguageModelV4Prompt;
  tools?: LanguageModelV4FunctionTool[];
  toolChoice?: LanguageModelV4ToolChoice;
  /** Limits the rate of calls. */
  limiter?: RateLimiter;
  /** Emits events inside the call, before its ending. */
  inside?: (scope: Scope, answer: ModelAnswer) => void;
  /** JSON Schema for the response's text. */
  responseSchema?: { name: string; schema: NonNullable<LanguageModelV4FunctionTool["inputSchema"]> };
}
