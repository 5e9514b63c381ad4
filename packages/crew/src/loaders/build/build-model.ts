import { errorMessage } from "@crewstream/contracts";
import type { ModelConfig } from "../../llm/model.ts";
import { providerName, providers } from "../../llm/providers.ts";
import { parseModelName } from "../../llm/resolve-model.ts";
import type { Place } from "../finding.ts";
import { within } from "../finding.ts";
import { suggestion } from "../nearest-name.ts";
import type { Project } from "../project.ts";
import type { LlmObject, LlmValue } from "../schema/values.ts";

/** A model as the runtime takes it; undefined, with a finding, when its provider is not known. */
export function buildModel(project: Project, value: LlmValue, at: Place): ModelConfig | undefined {
  if (typeof value === "string") return named(project, { model: value }, undefined, at);
  if ("python" in value) return undefined;
  const name = value.model ?? value.model_name ?? value.deployment_name ?? undefined;
  if (name === undefined) {
    project.findings.error(at, '"model" is required');
    return undefined;
  }
  return named(project, { model: name, ...settingsOf(value) }, value.provider ?? undefined, within(at, "model"));
}

function settingsOf(value: LlmObject): Omit<ModelConfig, "model"> {
  const stop = typeof value.stop === "string" ? [value.stop] : (value.stop ?? value.stop_sequences);
  return present({
    baseUrl: value.base_url ?? value.api_base,
    apiKey: value.api_key,
    temperature: value.temperature,
    topP: value.top_p,
    maxTokens: value.max_tokens ?? value.max_completion_tokens,
    stop,
    seed: value.seed,
    presencePenalty: value.presence_penalty,
    frequencyPenalty: value.frequency_penalty,
    stream: value.stream,
    timeout: value.timeout,
    reasoning: value.reasoning_effort,
  });
}

function named(
  { findings }: Project,
  config: ModelConfig,
  provider: string | undefined,
  at: Place,
): ModelConfig | undefined {
  const model =
    provider === undefined || config.model.startsWith(`${provider}/`) ? config.model : `${provider}/${config.model}`;
  try {
    const parsed = parseModelName(model);
    const known = providerName(parsed.provider);
    if (known !== undefined) return { ...config, model: `${known}/${parsed.modelId}` };
    const own = config.baseUrl === undefined ? "an OpenAI-compatible server is openai/MODEL with base_url" : undefined;
    const hint = suggestion(parsed.provider, Object.keys(providers));
    findings.error(
      at,
      `there is no model provider ${JSON.stringify(parsed.provider)}`,
      own === undefined ? hint : `${hint}; ${own}`,
    );
  } catch (error) {
    findings.error(at, errorMessage(error).replace(/^The model/, "the model"));
  }
  return undefined;
}

/** The fields that are set. */
export function present<T extends Record<string, unknown>>(fields: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null)) as {
    [K in keyof T]?: NonNullable<T[K]>;
  };
}
