import type { LanguageModelV4 } from "@ai-sdk/provider";
import { AppError, ErrorCode } from "@crewstream/contracts";
import { offlineModel } from "./offline-model.ts";

export interface ProviderOptions {
  /** The model as it was named, for error messages. */
  label: string;
  env: Readonly<Record<string, string | undefined>>;
  baseUrl?: string;
  apiKey?: string;
}

type OpenProvider = (modelId: string, options: ProviderOptions) => Promise<LanguageModelV4>;

/**
 * Providers by the name before the slash. Their packages are imported when first named, so that a run pays for what
 * it uses. With a base URL of its own, `openai/…` means any server that speaks OpenAI's chat completions.
 */
export const providers: Readonly<Record<string, OpenProvider>> = {
  offline: (modelId) => Promise.resolve(offlineModel(modelId)),

  openai: async (modelId, options) => {
    const baseUrl = options.baseUrl ?? options.env["OPENAI_BASE_URL"] ?? options.env["OPENAI_API_BASE"];
    if (baseUrl !== undefined) {
      return compatible("openai", modelId, baseUrl, options.apiKey ?? options.env["OPENAI_API_KEY"]);
    }
    const { createOpenAI } = await import("@ai-sdk/openai");
    return createOpenAI({ apiKey: key(options, "OPENAI_API_KEY") })(modelId);
  },

  anthropic: async (modelId, options) => {
    const { createAnthropic } = await import("@ai-sdk/anthropic");
    const baseURL = options.baseUrl ?? options.env["ANTHROPIC_BASE_URL"];
    return createAnthropic({
      apiKey: key(options, "ANTHROPIC_API_KEY"),
      ...(baseURL === undefined ? {} : { baseURL }),
    })(modelId);
  },

  google: async (modelId, options) => {
    const { createGoogle } = await import("@ai-sdk/google");
    return createGoogle({
      apiKey: key(options, "GEMINI_API_KEY", "GOOGLE_API_KEY", "GOOGLE_GENERATIVE_AI_API_KEY"),
      ...(options.baseUrl === undefined ? {} : { baseURL: options.baseUrl }),
    })(modelId);
  },

  // Azure's v1 API takes the deployment's name as the model, and the key as a bearer token.
  azure: (modelId, options) => {
    const base = options.baseUrl ?? setting(options, "AZURE_API_BASE", "AZURE_OPENAI_ENDPOINT");
    const url = /\/openai\/v1\/?$/.test(base) ? base : `${base.replace(/\/$/, "")}/openai/v1`;
    return compatible("azure", modelId, url, key(options, "AZURE_API_KEY", "AZURE_OPENAI_API_KEY"));
  },

  bedrock: async (modelId, options) => {
    const { createAmazonBedrock } = await import("@ai-sdk/amazon-bedrock");
    const { env } = options;
    const region = env["AWS_REGION"] ?? env["AWS_DEFAULT_REGION"] ?? env["AWS_REGION_NAME"] ?? "us-east-1";
    const baseURL = options.baseUrl === undefined ? {} : { baseURL: options.baseUrl };
    const apiKey = options.apiKey ?? env["AWS_BEARER_TOKEN_BEDROCK"];
    if (apiKey !== undefined && apiKey !== "") return createAmazonBedrock({ region, apiKey, ...baseURL })(modelId);
    const sessionToken = env["AWS_SESSION_TOKEN"];
    return createAmazonBedrock({
      region,
      accessKeyId: setting(options, "AWS_ACCESS_KEY_ID"),
      secretAccessKey: setting(options, "AWS_SECRET_ACCESS_KEY"),
      ...(sessionToken === undefined ? {} : { sessionToken }),
      ...baseURL,
    })(modelId);
  },

  ollama: (modelId, options) => {
    const host = options.baseUrl ?? options.env["OLLAMA_BASE_URL"] ?? "http://127.0.0.1:11434/v1";
    return compatible(
      "ollama",
      modelId,
      /\/v1\/?$/.test(host) ? host : `${host.replace(/\/$/, "")}/v1`,
      options.apiKey,
    );
  },

  groq: hosted("groq", "https://api.groq.com/openai/v1", "GROQ_API_KEY"),
  mistral: hosted("mistral", "https://api.mistral.ai/v1", "MISTRAL_API_KEY"),
  openrouter: hosted("openrouter", "https://openrouter.ai/api/v1", "OPENROUTER_API_KEY"),
  deepseek: hosted("deepseek", "https://api.deepseek.com/v1", "DEEPSEEK_API_KEY"),
  xai: hosted("xai", "https://api.x.ai/v1", "XAI_API_KEY"),
  cerebras: hosted("cerebras", "https://api.cerebras.ai/v1", "CEREBRAS_API_KEY"),
  nvidia_nim: hosted("nvidia_nim", "https://integrate.api.nvidia.com/v1", "NVIDIA_NIM_API_KEY"),
};

function hosted(name: string, url: string, variable: string): OpenProvider {
  return (modelId, options) => compatible(name, modelId, options.baseUrl ?? url, key(options, variable));
}

async function compatible(
  name: string,
  modelId: string,
  baseURL: string,
  apiKey: string | undefined,
): Promise<LanguageModelV4> {
  const { createOpenAICompatible } = await import("@ai-sdk/openai-compatible");
  return createOpenAICompatible({
    name,
    baseURL,
    includeUsage: true,
    supportsStructuredOutputs: true,
    ...(apiKey === undefined ? {} : { apiKey }),
  })(modelId);
}

/** A provider's key: the model's own, else the first of these variables that is set. */
function key(options: ProviderOptions, ...variables: string[]): string {
  return options.apiKey ?? setting(options, ...variables);
}

/** The first of these variables that is set. Throws `configuration`, naming the one to set, when none is. */
function setting({ env, label }: ProviderOptions, ...variables: string[]): string {
  const found = variables.map((variable) => env[variable]).find((value) => value !== undefined && value !== "");
  if (found !== undefined) return found;
  throw new AppError(
    `The model ${label} needs ${variables[0]}: set it in the environment of the crew worker, or use MODEL=offline/demo`,
    { code: ErrorCode.configuration, details: { variable: variables[0] } },
  );
}
