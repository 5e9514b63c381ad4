import type { JSONObject, LanguageModelV4 } from "@ai-sdk/provider";
import { AppError, ErrorCode } from "@crewstream/contracts";
import type { Run } from "../run/run.ts";
import type { Model, ModelConfig, ModelRef, ModelSettings } from "./model.ts";
import { fetchWith } from "./request-fields.ts";
import { providerName, providers } from "./providers.ts";

/**
 * Resolves an agent's model, once per run. `undefined` means the run's default.
 * Throws `configuration`, naming what to set, if the provider is unknown or its key is missing.
 */
export function resolveModel(run: Run, ref: ModelRef | undefined): Promise<Model> {
  const named = run.context.modelOverride ?? ref ?? run.context.defaultModel;
  if (typeof named === "object" && "specificationVersion" in named) return Promise.resolve(custom(named, {}));
  if (typeof named === "object" && "language" in named) {
    const { language, ...settings } = named;
    return Promise.resolve(custom(language, settings));
  }
  const config: ModelConfig = typeof named === "string" ? { model: named } : named;
  return run.shared(`model:${JSON.stringify(config)}`, () => connectModel(config, run.context.env));
}

function custom(language: LanguageModelV4, settings: ModelSettings): Model {
  return { label: `${language.provider}/${language.modelId}`, language, settings };
}

/**
 * Connects to a model by name, without a call.
 * Throws `configuration`, naming what to set, if the provider is unknown or its key is missing.
 */
export async function connectModel(
  config: ModelConfig,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Model> {
  const { model: label, baseUrl, apiKey, fields: _, headers, ...settings } = config;
  const { provider, modelId } = parseModelName(label);
  const known = providerName(provider) ?? "";
  const open = providers[known];
  if (open === undefined) {
    throw new AppError(
      `There is no model provider "${provider}" (in "${label}"). Known: ${Object.keys(providers).sort().join(", ")}`,
      { code: ErrorCode.configuration },
    );
  }
  const sent = fieldsOf(known, config);
  const language: LanguageModelV4 = await open(modelId, {
    label,
    env,
    ...(baseUrl === undefined ? {} : { baseUrl }),
    ...(apiKey === undefined ? {} : { apiKey }),
    // Bedrock's requests are signed before they reach a fetch, and have their own place for such fields.
    ...(sent === undefined || known === "bedrock" ? {} : { fetch: fetchWith(sent) }),
    ...(headers === undefined ? {} : { headers: { ...headers } }),
  });
  return known === "bedrock" && sent !== undefined
    ? { label, language, settings, providerOptions: { bedrock: { additionalModelRequestFields: sent as JSONObject } } }
    : { label, language, settings };
}

/** Clients that support `topK`; clients of OpenAI's API omit it, although many servers of that API accept it. */
const knowTopK: ReadonlySet<string> = new Set(["anthropic", "google", "bedrock", "offline"]);

function fieldsOf(provider: string, { fields, topK }: ModelConfig): ModelConfig["fields"] {
  return topK === undefined || knowTopK.has(provider) ? fields : { top_k: topK, ...fields };
}

/**
 * Splits `provider/model`; names without a provider are recognised by their family where it is obvious, as in CrewAI.
 */
export function parseModelName(name: string): { provider: string; modelId: string } {
  const slash = name.indexOf("/");
  if (slash > 0) return { provider: name.slice(0, slash).toLowerCase(), modelId: name.slice(slash + 1) };
  if (/^(gpt|chatgpt|o\d)/i.test(name)) return { provider: "openai", modelId: name };
  if (/^claude/i.test(name)) return { provider: "anthropic", modelId: name };
  if (/^gemini/i.test(name)) return { provider: "google", modelId: name };
  throw new AppError(
    `The model "${name}" names no provider. Write provider/model, for example openai/gpt-5-mini, ollama/llama3.2 or offline/demo`,
    { code: ErrorCode.configuration },
  );
}
