import { errorMessage } from "@crewstream/contracts";
import type { ModelConfig } from "@crewstream/crew";
import { ownFields, parseModelName, providerName, providers } from "@crewstream/crew/parts";
import type { Location } from "../finding.ts";
import { within } from "../finding.ts";
import { nearestName, suggestion } from "../nearest-name.ts";
import type { Project } from "../project.ts";
import { llmObject, type LlmObject, type LlmValue } from "../schema/values.ts";

/** A model in the runtime's form; undefined, with a finding, if its provider is unknown. */
export function buildModel(project: Project, value: LlmValue, at: Location): ModelConfig | undefined {
  if (typeof value === "string") return named(project, { model: value }, undefined, at);
  if ("python" in value) return undefined;
  const name = value.model ?? value.model_name ?? value.deployment_name ?? undefined;
  if (name === undefined) {
    project.findings.error(at, '"model" is required');
    return undefined;
  }
  const config = { model: name, ...settingsOf(value) };
  const model = named(project, config, value.provider ?? undefined, within(at, "model"));
  return model && { ...model, ...requestOf(project, value, at, model.model.startsWith("openai/")) };
}

function settingsOf(value: LlmObject): Omit<ModelConfig, "model"> {
  const stop = typeof value.stop === "string" ? [value.stop] : (value.stop ?? value.stop_sequences);
  return present({
    baseUrl: value.base_url ?? value.api_base ?? value.endpoint,
    apiKey: value.api_key,
    temperature: value.temperature,
    topP: value.top_p,
    topK: value.top_k,
    maxTokens: value.max_tokens ?? value.max_completion_tokens ?? value.max_output_tokens,
    stop,
    seed: value.seed,
    presencePenalty: value.presence_penalty,
    frequencyPenalty: value.frequency_penalty,
    stream: value.stream,
    timeout: value.timeout,
    contextWindow: value.context_window_size,
    maxAttempts: value.max_retries === undefined || value.max_retries === null ? undefined : value.max_retries + 1,
    reasoning: value.reasoning_effort,
  });
}

/** Settings of CrewAI's clients that are not part of a request; they belong in the environment. */
const secret = /secret|password|credential|api_?key|access_key|token$/i;

/** Settings that are passed on unchanged, with findings for those that cannot be. */
function requestOf(
  project: Project,
  value: LlmObject,
  at: Location,
  isOpenAi: boolean,
): Pick<ModelConfig, "fields" | "headers"> {
  const known = llmObject.shape;
  const fields: Record<string, unknown> = {};
  const add = (from: Readonly<Record<string, unknown>>, ...path: string[]): void => {
    for (const [name, field] of Object.entries(from)) {
      const place = within(at, ...path, name);
      const why = ownFields.has(name)
        ? "the run itself writes it"
        : secret.test(name)
          ? "it looks like a secret"
          : undefined;
      if (why === undefined) fields[name] = field;
      else project.findings.warning(place, `${JSON.stringify(name)} is not sent: ${why}`);
    }
  };
  const { extra_headers: ownHeaders, extra_body: ownBody, ...params } = value.additional_params ?? {};
  add(params, "additional_params");
  if (typeof ownBody === "object" && ownBody !== null) add({ ...ownBody }, "additional_params", "extra_body");
  add(value.extra_body ?? {}, "extra_body");
  add(value.additional_model_request_fields ?? {}, "additional_model_request_fields");
  for (const [name, field] of Object.entries(value).filter(([each]) => !Object.hasOwn(known, each))) {
    const near = nearestName(name, Object.keys(known));
    const meant = near === undefined ? undefined : `did you mean ${JSON.stringify(near)}?`;
    if (meant !== undefined)
      project.findings.warning(within(at, name), `${JSON.stringify(name)} is sent to the provider unchanged`, meant);
    add({ [name]: field });
  }
  const headers = {
    ...(isOpenAi && value.organization ? { "OpenAI-Organization": value.organization } : {}),
    ...(isOpenAi && value.project ? { "OpenAI-Project": value.project } : {}),
    ...value.default_headers,
    ...value.extra_headers,
    ...headersIn(ownHeaders),
  };
  return {
    ...(Object.keys(fields).length === 0 ? {} : { fields }),
    ...(Object.keys(headers).length === 0 ? {} : { headers }),
  };
}

/** The text values among what should be headers. */
function headersIn(value: unknown): Record<string, string> {
  const entries = typeof value === "object" && value !== null ? Object.entries(value) : [];
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === "string"));
}

function named(
  { findings }: Project,
  config: ModelConfig,
  provider: string | undefined,
  at: Location,
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
