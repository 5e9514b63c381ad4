import type { EmbeddingModelV4 } from "@ai-sdk/provider";
import {
  azureAccess,
  bedrockAccess,
  googleAccess,
  hostedAccess,
  key,
  ollamaAccess,
  openaiElsewhere,
  vllmAccess,
  type CompatibleAccess,
  type ProviderOptions,
} from "../llm/provider-access.ts";

/** Address of an embedder, with headers for each call. */
export interface EmbeddingOptions extends ProviderOptions {
  headers: Readonly<Record<string, string>>;
}

export interface EmbeddingProvider {
  /** The model CrewAI uses if a project names none; absent if one must be named. */
  usual?: string;
  open(modelId: string, options: EmbeddingOptions): Promise<EmbeddingModelV4>;
}

/**
 * Embedding providers, addressed as for language models. Their packages are imported on first use. With a custom base
 * URL, `openai` means any server with OpenAI's API.
 */
export const embeddingProviders: Readonly<Record<string, EmbeddingProvider>> = {
  openai: {
    usual: "text-embedding-3-large",
    open: async (modelId, options) => {
      const elsewhere = openaiElsewhere(options);
      if (elsewhere !== undefined) return compatible(modelId, elsewhere, options);
      const { createOpenAI } = await import("@ai-sdk/openai");
      return createOpenAI({ apiKey: key(options, "OPENAI_API_KEY"), headers: options.headers }).embedding(modelId);
    },
  },
  azure: {
    usual: "text-embedding-3-large",
    open: async (modelId, options) => {
      const { createOpenAI } = await import("@ai-sdk/openai");
      return createOpenAI({ ...azureAccess(options), headers: options.headers }).embedding(modelId);
    },
  },
  google: {
    usual: "gemini-embedding-001",
    open: async (modelId, options) => {
      const { createGoogle } = await import("@ai-sdk/google");
      return createGoogle({ ...googleAccess(options), headers: options.headers }).embedding(modelId);
    },
  },
  bedrock: {
    usual: "amazon.titan-embed-text-v1",
    open: async (modelId, options) => {
      const { createAmazonBedrock } = await import("@ai-sdk/amazon-bedrock");
      return createAmazonBedrock({ ...bedrockAccess(options), headers: options.headers }).embedding(modelId);
    },
  },
  ollama: {
    open: (modelId, { baseUrl, ...options }) => {
      // CrewAI's `url` is the URL of Ollama's own endpoint.
      const own = baseUrl === undefined ? {} : { baseUrl: baseUrl.replace(/\/api\/embed(dings)?\/?$/, "") };
      return compatible(modelId, ollamaAccess({ ...options, ...own }), options);
    },
  },
  hosted_vllm: { open: (modelId, options) => compatible(modelId, vllmAccess(options), options) },
  mistral: { usual: "mistral-embed", open: hosted("mistral", "https://api.mistral.ai/v1") },
  cohere: { open: hosted("cohere", "https://api.cohere.ai/compatibility/v1") },
  openrouter: { open: hosted("openrouter", "https://openrouter.ai/api/v1") },
};

const aliases: Readonly<Record<string, string>> = {
  azure_openai: "azure",
  gemini: "google",
  "google-generativeai": "google",
  "amazon-bedrock": "bedrock",
  aws: "bedrock",
};

/** The provider's name here; undefined for an unknown provider. */
export function embeddingProviderName(name: string): string | undefined {
  const known = aliases[name] ?? name;
  return Object.hasOwn(embeddingProviders, known) ? known : undefined;
}

function hosted(name: string, url: string): EmbeddingProvider["open"] {
  return (modelId, options) => compatible(modelId, hostedAccess(name, url, options), options);
}

async function compatible(
  modelId: string,
  access: CompatibleAccess,
  { headers }: Pick<EmbeddingOptions, "headers">,
): Promise<EmbeddingModelV4> {
  const { createOpenAICompatible } = await import("@ai-sdk/openai-compatible");
  return createOpenAICompatible({ ...access, headers: { ...headers } }).embeddingModel(modelId);
}
