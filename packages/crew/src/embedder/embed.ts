import { AppError, ErrorCode } from "@crewstream/contracts";
import { modelFailure } from "../llm/model-error.ts";
import { defaultAttempts, pauseBeforeRetry } from "../llm/retry.ts";
import { abortable } from "../run/abortable.ts";
import type { Embedder } from "./embedder.ts";
import { packVector } from "./vector.ts";

/** Maximum texts per call, unless the model has a lower limit: what most servers accept. */
const batchSize = 96;

/**
 * Embeds texts; the packed vectors are returned in the same order. Calls that fail with a retryable error are retried,
 * up to three attempts. Embedding tokens are not counted: a run's usage is that of its language models, as in CrewAI.
 */
export async function embed(embedder: Embedder, texts: readonly string[], signal: AbortSignal): Promise<string[]> {
  const size = Math.min(batchSize, (await embedder.model.maxEmbeddingsPerCall) ?? batchSize);
  const vectors: string[] = [];
  for (let from = 0; from < texts.length; from += size) {
    vectors.push(...(await embedBatch(embedder, texts.slice(from, from + size), signal)));
  }
  return vectors;
}

async function embedBatch({ model, settings }: Embedder, values: string[], signal: AbortSignal): Promise<string[]> {
  const { dimensions, taskType } = settings;
  for (let attempt = 0; ; attempt += 1) {
    try {
      const asked = model.doEmbed({
        values,
        abortSignal: signal,
        ...(dimensions === undefined ? {} : { dimensions }),
        providerOptions: {
          ...(dimensions === undefined ? {} : { openai: { dimensions }, bedrock: { dimensions } }),
          ...(taskType === undefined ? {} : { google: { taskType } }),
        },
      });
      const { embeddings } = await abortable(signal, Promise.resolve(asked));
      if (embeddings.length !== values.length) {
        throw new AppError(`The embedder gave ${embeddings.length} vectors for ${values.length} texts`, {
          code: ErrorCode.modelFailed,
        });
      }
      return embeddings.map(packVector);
    } catch (error) {
      signal.throwIfAborted();
      const failure = modelFailure(error);
      if (!failure.retryable || attempt + 1 >= defaultAttempts) throw failure;
      await pauseBeforeRetry(failure, attempt, { signal });
    }
  }
}
