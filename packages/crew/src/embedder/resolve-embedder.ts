import { AppError, ErrorCode } from "@crewstream/contracts";
import type { Run } from "../run/run.ts";
import type { Embedder, EmbedderConfig, EmbedderRef } from "./embedder.ts";
import { embeddingProviderName, embeddingProviders } from "./embedding-providers.ts";

/**
 * Resolves an embedder, once per run. Throws `configuration`, saying what to set, if the provider is unknown, its key
 * is missing or no model is named.
 */
export function resolveEmbedder(run: Run, ref: EmbedderRef): Promise<Embedder> {
  if ("specificationVersion" in ref) {
    return Promise.resolve({ label: `${ref.provider}/${ref.modelId}`, model: ref, settings: {} });
  }
  return run.shared(`embedder:${JSON.stringify(ref)}`, () => connect(ref, run.context.env));
}

async function connect(config: EmbedderConfig, env: Readonly<Record<string, string | undefined>>): Promise<Embedder> {
  const { provider: named, apiKey, baseUrl, headers = {}, dimensions, taskType } = config;
  const name = embeddingProviderName(named);
  const provider = name === undefined ? undefined : embeddingProviders[name];
  if (name === undefined || provider === undefined) {
    const known = Object.keys(embeddingProviders).sort().join(", ");
    throw new AppError(`There is no embedding provider "${named}". Known: ${known}`, {
      code: ErrorCode.configuration,
    });
  }
  const modelId = config.model ?? provider.usual;
  if (modelId === undefined) {
    throw new AppError(`The embedder of ${named} names no model`, { code: ErrorCode.configuration });
  }
  const label = `${name}/${modelId}`;
  const model = await provider.open(modelId, {
    label,
    env,
    headers,
    ...(baseUrl === undefined ? {} : { baseUrl }),
    ...(apiKey === undefined ? {} : { apiKey }),
  });
  return {
    label: dimensions === undefined ? label : `${label}@${dimensions}`,
    model,
    settings: {
      ...(dimensions === undefined ? {} : { dimensions }),
      ...(taskType === undefined ? {} : { taskType }),
    },
  };
}
