import type { EmbeddingModelV4 } from "@ai-sdk/provider";

/** A model that puts texts into vectors, by name with its settings; see `embedding-providers.ts` for the providers. */
export interface EmbedderConfig {
  provider: string;
  /** Default: the provider's usual one. */
  model?: string;
  apiKey?: string;
  baseUrl?: string;
  /** Length of the vectors, where the model leaves a choice. */
  dimensions?: number;
  /** What Google's models embed for, e.g. `RETRIEVAL_DOCUMENT`. */
  taskType?: string;
  headers?: Readonly<Record<string, string>>;
}

/** What a crew's or an agent's `embedder` may be: a provider with settings, or a model of the AI SDK (version 4 interface). */
export type EmbedderRef = EmbedderConfig | EmbeddingModelV4;

/** An embedder ready to be asked. */
export interface Embedder {
  /** Which model it is: vectors are compared with those of the same one only. */
  label: string;
  model: EmbeddingModelV4;
  settings: Pick<EmbedderConfig, "dimensions" | "taskType">;
}
