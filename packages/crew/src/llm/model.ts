import type { LanguageModelV4, SharedV4ProviderOptions } from "@ai-sdk/provider";

/** How a model is asked: everything a call may set beside its messages. */
export interface ModelSettings {
  temperature?: number;
  topP?: number;
  topK?: number;
  maxTokens?: number;
  stop?: string[];
  seed?: number;
  presencePenalty?: number;
  frequencyPenalty?: number;
  /** How much the model thinks before it answers, where it does. */
  reasoning?: "none" | "minimal" | "low" | "medium" | "high" | "xhigh";
  /** Seconds for one call; then it fails, and is made again as after any failure that may pass. */
  timeout?: number;
  /** Whether the answer is streamed, with one `llm_stream_chunk` a piece. Default true. */
  stream?: boolean;
  /** Attempts of one call, the first included, when the provider fails in a way that may pass. Default 3. */
  maxAttempts?: number;
  /** Milliseconds before the second attempt, doubled for each later one, unless the provider names a time. Default 500. */
  retryDelayMs?: number;
  /** Tokens that fit the model, for summarising before they overflow. */
  contextWindow?: number;
}

/** A model by name with its settings; `baseUrl` and `apiKey` point an OpenAI-compatible provider elsewhere. */
export interface ModelConfig extends ModelSettings {
  /** `provider/model`, e.g. `openai/gpt-5-mini` or `ollama/llama3.2`. */
  model: string;
  baseUrl?: string;
  apiKey?: string;
  /** Further fields of each request, in the words of the provider's API; for Bedrock, of its additional model request fields. */
  fields?: Readonly<Record<string, unknown>>;
  /** Further headers of each request. */
  headers?: Readonly<Record<string, string>>;
}

/** A model of one's own with settings. */
export interface CustomModel extends ModelSettings {
  language: LanguageModelV4;
}

/** What an agent's `model` may be: a name, a name with settings, or a model of the AI SDK (version 4 interface). */
export type ModelRef = string | ModelConfig | LanguageModelV4 | CustomModel;

/** A model ready to be called. */
export interface Model {
  /** As it was named; the `model` field of events. */
  label: string;
  language: LanguageModelV4;
  settings: ModelSettings;
  /** What only this provider understands. */
  providerOptions?: SharedV4ProviderOptions;
}
