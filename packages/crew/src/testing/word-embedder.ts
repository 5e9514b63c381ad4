import type { EmbeddingModelV4 } from "@ai-sdk/provider";
import { wordVector } from "./wire/embeddings.ts";

/** An embedder for tests: texts that share words are similar. It records its requests, and can be made unavailable. */
export interface WordEmbedder extends EmbeddingModelV4 {
  readonly asked: string[];
  away: boolean;
}

export function wordEmbedder(modelId = "words"): WordEmbedder {
  const asked: string[] = [];
  return {
    specificationVersion: "v4",
    provider: "test",
    modelId,
    maxEmbeddingsPerCall: undefined,
    supportsParallelCalls: false,
    asked,
    away: false,
    async doEmbed({ values }) {
      if (this.away) throw new Error("the embedder is down");
      asked.push(...values);
      return { embeddings: values.map(wordVector), warnings: [] };
    },
  };
}
