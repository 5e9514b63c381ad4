import type { LanguageModelV4 } from "@ai-sdk/provider";
import { AppError, ErrorCode } from "@crewstream/contracts";
import { offlineModel } from "./offline-model.ts";

export interface ProviderOptions {
  /** The model as it was named, for error messages. */
  label: string;
  env: Readonly<Record<string, string | undefined>>;
  baseUrl?: string;
  apiKey?: string;
  /** In place of the global one. */
  fetch?: typeof fetch;
  /** Sent with each request. */
  headers?: Record<string, string>;
}

type OpenProvider = (modelId: string, options: ProviderOptions) => Promise<LanguageModelV4>;

/**
 * Providers by the name before the slash. Their packages are imported when first named, so that a run pays for what
 * it uses. With a base URL of its own, `openai/…` means any server that speaks OpenAI's chat completions.
 */
export const providers: Readonly<Record<string, OpenProvider>> = {
  offline: (modelId) => Promise.resolve(offlineModel(modelId)),

  openai: async (modelId, options) => {
    const baseUrl = options.baseUrl ?? first(options.env, "OPENAI_BASE_URL", "OPENAI_API_BASE");
    if (baseUrl !== undefined) {
      return compatible("openai", modelId, baseUrl, options.apiKey ?? options.env["OPENAI_API_KEY"], options);
    }
    const { createOpenAI } = await import("@ai-sdk/openai");
    return createOpenAI({ apiKey: key(options, "OPENAI_API_KEY"), ...wire(options) })(modelId);
  },

  anthropic: async (modelId, options) => {
    const { createAnthropic } = await import("@ai-sdk/anthropic");
    const base = options.baseUrl ?? first(options.env, "ANTHROPIC_BASE_URL");
    const apiKey = key(options, "ANTHROPIC_API_KEY");
    return createAnthropic({
      apiKey,
      ...wire(options),
      ...(base === undefined ? {} : { baseURL: withVersion(base, "v1") }),
    })(modelId);
  },

  google: async (modelId, options) => {
    const { createGoogle } = await import("@ai-sdk/google");
    const base = options.baseUrl ?? first(options.env, "GOOGLE_GEMINI_BASE_URL");
    const apiKey = key(options, "GEMINI_API_KEY", "GOOGLE_API_KEY", "GOOGLE_GENERATIVE_AI_API_KEY");
    return createGoogle({
      apiKey,
      ...wire(options),
      ...(base === undefined ? {} : { baseURL: withVersion(base, "v1beta") }),
    })(modelId);
  },

  // Azure's v1 API takes the deployment's name as the model, and the key as a bearer token. Endpoints of the API before
  // it name the deployment in their path.
  azure: async (modelId, options) => {
    const { createOpenAI } = await import("@ai-sdk/openai");
    const base = options.baseUrl ?? setting(options, "AZURE_API_BASE", "AZURE_OPENAI_ENDPOINT", "AZURE_ENDPOINT");
    const baseURL = `${base.replace(/\/(openai(\/.*)?)?$/, "")}/openai/v1`;
    const apiKey = key(options, "AZURE_API_KEY", "AZURE_OPENAI_API_KEY");
    return createOpenAI({ name: "azure", baseURL, apiKey, ...wire(options) }).chat(modelId);
  },

  bedrock: async (modelId, options) => {
    const { createAmazonBedrock } = await import("@ai-sdk/amazon-bedrock");
    const { env } = options;
    const region = env["AWS_REGION"] ?? env["AWS_DEFAULT_REGION"] ?? env["AWS_REGION_NAME"] ?? "us-east-1";
    const baseURL = options.baseUrl === undefined ? {} : { baseURL: options.baseUrl };
    const apiKey = options.apiKey ?? env["AWS_BEARER_TOKEN_BEDROCK"];
    if (apiKey !== undefined && apiKey !== "")
      return createAmazonBedrock({ region, apiKey, ...baseURL, ...wire(options) })(modelId);
    const sessionToken = env["AWS_SESSION_TOKEN"];
    return createAmazonBedrock({
      region,
      accessKeyId: setting(options, "AWS_ACCESS_KEY_ID"),
      secretAccessKey: setting(options, "AWS_SECRET_ACCESS_KEY"),
      ...(sessionToken === undefined ? {} : { sessionToken }),
      ...baseURL,
      ...wire(options),
    })(modelId);
  },

  ollama: (modelId, options) => {
    const host = options.baseUrl ?? first(options.env, "OLLAMA_BASE_URL", "OLLAMA_HOST", "OLLAMA_API_BASE");
    const address = host === undefined || host.includes("://") ? host : `http://${host}`;
    const apiKey = options.apiKey ?? first(options.env, "OLLAMA_API_KEY");
    return compatible("ollama", modelId, withVersion(address ?? "http://127.0.0.1:11434", "v1"), apiKey, options);
  },
  hosted_vllm: (modelId, options) => {
    const { env } = options;
    const baseUrl = options.baseUrl ?? first(env, "VLLM_BASE_URL") ?? "http://127.0.0.1:8000/v1";
    return compatible("hosted_vllm", modelId, baseUrl, options.apiKey ?? first(env, "VLLM_API_KEY"), options);
  },

  groq: hosted("groq", "https://api.groq.com/openai/v1"),
  mistral: hosted("mistral", "https://api.mistral.ai/v1"),
  openrouter: hosted("openrouter", "https://openrouter.ai/api/v1"),
  deepseek: hosted("deepseek", "https://api.deepseek.com/v1"),
  xai: hosted("xai", "https://api.x.ai/v1"),
  cerebras: hosted("cerebras", "https://api.cerebras.ai/v1"),
  dashscope: hosted("dashscope", "https://dashscope-intl.aliyuncs.com/compatible-mode/v1"),
  nvidia_nim: hosted("nvidia_nim", "https://integrate.api.nvidia.com/v1"),
};

/** Other names that CrewAI's projects use for a provider. */
const aliases: Readonly<Record<string, string>> = {
  azure_openai: "azure",
  claude: "anthropic",
  gemini: "google",
  aws: "bedrock",
  ollama_chat: "ollama",
  lm_studio: "openai",
};

/** The name a provider goes by here; undefined for one that is not known. */
export function providerName(name: string): string | undefined {
  const known = aliases[name] ?? name;
  return Object.hasOwn(providers, known) ? known : undefined;
}

/** A provider that is compatible with OpenAI: its key is in `NAME_API_KEY`, another address of it in `NAME_BASE_URL`. */
function hosted(name: string, url: string): OpenProvider {
  const prefix = name.toUpperCase();
  return (modelId, options) => {
    const baseUrl = options.baseUrl ?? first(options.env, `${prefix}_BASE_URL`) ?? url;
    return compatible(name, modelId, baseUrl, key(options, `${prefix}_API_KEY`), options);
  };
}

async function compatible(
  name: string,
  modelId: string,
  baseURL: string,
  apiKey: string | undefined,
  options: ProviderOptions,
): Promise<LanguageModelV4> {
  const { createOpenAICompatible } = await import("@ai-sdk/openai-compatible");
  return createOpenAICompatible({
    name,
    baseURL,
    includeUsage: true,
    supportsStructuredOutputs: true,
    ...(apiKey === undefined ? {} : { apiKey }),
    ...wire(options),
  })(modelId);
}

/** How requests leave, where that is not the usual way. */
function wire({ fetch, headers }: ProviderOptions): Pick<ProviderOptions, "fetch" | "headers"> {
  return { ...(fetch === undefined ? {} : { fetch }), ...(headers === undefined ? {} : { headers }) };
}

/** An address with the version that its API has, where it names none: other clients of these providers append it. */
function withVersion(address: string, version: string): string {
  const base = address.replace(/\/+$/, "");
  return /\/v\d\w*$/.test(base) ? base : `${base}/${version}`;
}

/** The first of these variables that is set. */
function first(env: ProviderOptions["env"], ...variables: string[]): string | undefined {
  return variables.map((variable) => env[variable]).find((value) => value !== undefined && value !== "");
}

/** A provider's key: the model's own, else the first of these variables that is set. */
function key(options: ProviderOptions, ...variables: string[]): string {
  return options.apiKey ?? setting(options, ...variables);
}

/** The first of these variables that is set. Throws `configuration`, naming the one to set, when none is. */
function setting({ env, label }: ProviderOptions, ...variables: string[]): string {
  const found = first(env, ...variables);
  if (found !== undefined) return found;
  throw new AppError(
    `The model ${label} needs ${variables[0]}: set it in the environment of the crew worker, or use MODEL=offline/demo`,
    { code: ErrorCode.configuration, details: { variable: variables[0] } },
  );
}
