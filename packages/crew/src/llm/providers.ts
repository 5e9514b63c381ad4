import type { LanguageModelV4 } from "@ai-sdk/provider";
import { offlineModel } from "./offline-model.ts";
import {
  azureAccess,
  bedrockAccess,
  firstSet,
  googleAccess,
  hostedAccess,
  key,
  ollamaAccess,
  openaiElsewhere,
  vllmAccess,
  withVersion,
  type CompatibleAccess,
  type ProviderOptions,
} from "./provider-access.ts";

type OpenProvider = (modelId: string, options: ProviderOptions) => Promise<LanguageModelV4>;

/**
 * Providers by the name before the slash. Their packages are imported on first use, so a run loads only what it needs.
 * With a custom base URL, `openai/…` means any server with OpenAI's chat completions.
 */
export const providers: Readonly<Record<string, OpenProvider>> = {
  offline: (modelId) => Promise.resolve(offlineModel(modelId)),

  openai: async (modelId, options) => {
    const elsewhere = openaiElsewhere(options);
    if (elsewhere !== undefined) return compatible(modelId, elsewhere, options);
    const { createOpenAI } = await import("@ai-sdk/openai");
    return createOpenAI({ apiKey: key(options, "OPENAI_API_KEY"), ...wire(options) })(modelId);
  },

  anthropic: async (modelId, options) => {
    const { createAnthropic } = await import("@ai-sdk/anthropic");
    const base = options.baseUrl ?? firstSet(options.env, "ANTHROPIC_BASE_URL");
    const apiKey = key(options, "ANTHROPIC_API_KEY");
    return createAnthropic({
      apiKey,
      ...wire(options),
      ...(base === undefined ? {} : { baseURL: withVersion(base, "v1") }),
    })(modelId);
  },

  google: async (modelId, options) => {
    const { createGoogle } = await import("@ai-sdk/google");
    return createGoogle({ ...googleAccess(options), ...wire(options) })(modelId);
  },

  azure: async (modelId, options) => {
    const { createOpenAI } = await import("@ai-sdk/openai");
    return createOpenAI({ ...azureAccess(options), ...wire(options) }).chat(modelId);
  },

  bedrock: async (modelId, options) => {
    const { createAmazonBedrock } = await import("@ai-sdk/amazon-bedrock");
    return createAmazonBedrock({ ...bedrockAccess(options), ...wire(options) })(modelId);
  },

  ollama: (modelId, options) => compatible(modelId, ollamaAccess(options), options),
  hosted_vllm: (modelId, options) => compatible(modelId, vllmAccess(options), options),

  groq: hosted("groq", "https://api.groq.com/openai/v1"),
  mistral: hosted("mistral", "https://api.mistral.ai/v1"),
  openrouter: hosted("openrouter", "https://openrouter.ai/api/v1"),
  deepseek: hosted("deepseek", "https://api.deepseek.com/v1"),
  xai: hosted("xai", "https://api.x.ai/v1"),
  cerebras: hosted("cerebras", "https://api.cerebras.ai/v1"),
  dashscope: hosted("dashscope", "https://dashscope-intl.aliyuncs.com/compatible-mode/v1"),
  nvidia_nim: hosted("nvidia_nim", "https://integrate.api.nvidia.com/v1"),
};

/** Other names that CrewAI projects use for a provider. */
const aliases: Readonly<Record<string, string>> = {
  azure_openai: "azure",
  claude: "anthropic",
  gemini: "google",
  aws: "bedrock",
  ollama_chat: "ollama",
  lm_studio: "openai",
};

/** The provider's name here; undefined for an unknown provider. */
export function providerName(name: string): string | undefined {
  const known = aliases[name] ?? name;
  return Object.hasOwn(providers, known) ? known : undefined;
}

function hosted(name: string, url: string): OpenProvider {
  return (modelId, options) => compatible(modelId, hostedAccess(name, url, options), options);
}

async function compatible(
  modelId: string,
  access: CompatibleAccess,
  options: ProviderOptions,
): Promise<LanguageModelV4> {
  const { createOpenAICompatible } = await import("@ai-sdk/openai-compatible");
  const settings = { ...access, ...wire(options), includeUsage: true, supportsStructuredOutputs: true };
  return createOpenAICompatible(settings)(modelId);
}

/** Custom `fetch`, if requests need one. */
function wire({ fetch, headers }: ProviderOptions): Pick<ProviderOptions, "fetch" | "headers"> {
  return { ...(fetch === undefined ? {} : { fetch }), ...(headers === undefined ? {} : { headers }) };
}
