import type { LanguageModelV4, SharedV4ProviderOptions } from "@ai-sdk/provider";

/** Settings of a call, apart from its messages. */
export interface ModelSettings {
  temperature?: number;
  topP?: number;
  topK?: number;
  maxTokens?: number;
  stop?: string[];
  seed?: number;
  presencePenalty?: number;
  frequencyPenalty?: number;
  /** Reasoning effort, for models that support it. */
  reasoning?: "none" | "minimal" | "low" | "medium" | "high" | "xhigh";
  /** Time limit of one call in seconds; a call that exceeds it fails, and is retried like any temporary failure. */
  timeout?: number;
  /** Whether the response is streamed, with one `llm_stream_chunk` per chunk. Default true. */
  stream?: boolean;
  /** Attempts of one call, including the first, for temporary failures of the provider. Default 3. */
  maxAttempts?: number;
  /**
   * Milliseconds before the second attempt, doubled for each later one, unless the provider names a time. Default 500.
   */
  retryDelayMs?: number;
  /** Size of the model's context window in tokens; longer conversations are summarised. */
  contextWindow?: number;
}

/** A model by name with its settings; `baseUrl` and `apiKey` address another OpenAI-compatible server. */
export interface ModelConfig extends ModelSettings {
  /** `provider/model`, e.g. `openai/gpt-5-mini` or `ollama/llama3.2`. */
  model: string;
  baseUrl?: string;
  apiKey?: string;
  /**
   * Additional fields of each request, in the terms of the provider's API; for Bedrock, additional model request
   * fields.
   */
  fields?: Readonly<Record<string, unknown>>;
  /** Additional headers of each request. */
  headers?: Readonly<Record<string, string>>;
}

/** A custom model with settings. */
export interface CustomModel extends ModelSettings {
  language: LanguageModelV4;
}

/**
 * Accepted values of an agent's `model`: a name, a name with settings, or a model of the AI SDK (version 4 interface).
 */
export type ModelRef = string | ModelConfig | LanguageModelV4 | CustomModel;

/** A resolved model. */
export interface Model {
  /** The name as given; the `model` field of events. */
  label: string;
  language: LanguageModelV4;
  settings: ModelSettings;
  /** Options for this provider only. */
  providerOptions?: SharedV4ProviderOptions;
}
