import type { EmbeddingModelV4 } from "@ai-sdk/provider";

/** An embedding model by name with its settings; `embedding-providers.ts` lists the providers. */
export interface EmbedderConfig {
  provider: string;
  /** Default: the provider's usual one. */
  model?: string;
  apiKey?: string;
  baseUrl?: string;
  /** Length of the vectors, if the model supports several. */
  dimensions?: number;
  /** The task type of Google's models, e.g. `RETRIEVAL_DOCUMENT`. */
  taskType?: string;
  headers?: Readonly<Record<string, string>>;
}

/**
 * Accepted values of a crew's or an agent's `embedder`: a provider with settings, or a model of the AI SDK (version 4
 * interface).
 */
export type EmbedderRef = EmbedderConfig | EmbeddingModelV4;

/** A resolved embedder. */
export interface Embedder {
  /** Identifies the model: only vectors of the same model are compared. */
  label: string;
  model: EmbeddingModelV4;
  settings: Pick<EmbedderConfig, "dimensions" | "taskType">;
}
