import type { EmbedderConfig } from "@crewstream/crew";
import { embeddingProviderName, embeddingProviders } from "@crewstream/crew/parts";
import { within, type Location } from "../finding.ts";
import { suggestion } from "../nearest-name.ts";
import type { Project } from "../project.ts";
import type { EmbedderValue } from "../schema/embedder-schema.ts";
import { present } from "./build-model.ts";

/** An embedder in the runtime's form; undefined, with a finding, if it cannot be called from here. */
export function buildEmbedder(
  { findings }: Project,
  value: EmbedderValue | null | undefined,
  at: Location,
): EmbedderConfig | undefined {
  if (value === undefined || value === null || "python" in value) return undefined;
  const provider = embeddingProviderName(value.provider);
  if (provider === undefined) {
    findings.error(
      within(at, "provider"),
      `embeddings of ${JSON.stringify(value.provider)} are not available here`,
      `${suggestion(value.provider, Object.keys(embeddingProviders))}; an OpenAI-compatible server is openai with base_url`,
    );
    return undefined;
  }
  const config = value.config ?? {};
  const model = config.model_name ?? config.model ?? config.deployment_id;
  if (!model && embeddingProviders[provider]?.usual === undefined) {
    findings.error(within(at, "config"), `the embedder needs a "model_name": ${provider} has no default`);
    return undefined;
  }
  const headers = {
    ...config.default_headers,
    ...(config.organization_id ? { "OpenAI-Organization": config.organization_id } : {}),
  };
  return {
    provider,
    ...present({
      model,
      apiKey: config.api_key,
      baseUrl: config.base_url ?? config.api_base ?? config.url,
      dimensions: config.dimensions,
      taskType: config.task_type,
    }),
    ...(Object.keys(headers).length === 0 ? {} : { headers }),
  };
}
