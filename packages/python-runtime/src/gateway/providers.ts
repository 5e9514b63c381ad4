/** A model provider whose client reads its address from the environment, so that it can be replaced by our gateway. */
export interface GatewayProvider {
  /** Its segment in the gateway's paths. */
  name: string;
  /** Variables from which its clients read the address; the first that the worker sets is where we send requests. */
  addresses: readonly string[];
  /** Its API's address, unless the worker's environment overrides it. */
  standard: string;
  /** Variables that contain its key. */
  keys: readonly string[];
  /** How a key is sent. */
  authenticate: (key: string) => Record<string, string>;
  /** Used instead of a key that is not needed. */
  withoutKey?: string;
  /** Appended to the gateway's address if a client expects a version in it. */
  suffix: string;
}

const bearer = (key: string): Record<string, string> => ({ authorization: `Bearer ${key}` });

/** OpenAI's format under the provider's own address and key: names and defaults are those of crewai's clients. */
function compatible(name: string, prefix: string, standard: string, suffix = ""): GatewayProvider {
  const addresses = [`${prefix}_BASE_URL`];
  return { name, addresses, standard, keys: [`${prefix}_API_KEY`], authenticate: bearer, suffix };
}

export const gatewayProviders: readonly GatewayProvider[] = [
  {
    name: "openai",
    addresses: ["OPENAI_BASE_URL", "OPENAI_API_BASE"],
    standard: "https://api.openai.com/v1",
    keys: ["OPENAI_API_KEY"],
    authenticate: bearer,
    suffix: "",
  },
  {
    name: "anthropic",
    addresses: ["ANTHROPIC_BASE_URL"],
    standard: "https://api.anthropic.com",
    keys: ["ANTHROPIC_API_KEY"],
    authenticate: (key) => ({ "x-api-key": key }),
    suffix: "",
  },
  {
    name: "gemini",
    addresses: ["GOOGLE_GEMINI_BASE_URL"],
    standard: "https://generativelanguage.googleapis.com",
    keys: ["GOOGLE_API_KEY", "GEMINI_API_KEY"],
    authenticate: (key) => ({ "x-goog-api-key": key }),
    suffix: "",
  },
  compatible("openrouter", "OPENROUTER", "https://openrouter.ai/api/v1"),
  compatible("deepseek", "DEEPSEEK", "https://api.deepseek.com/v1"),
  compatible("cerebras", "CEREBRAS", "https://api.cerebras.ai/v1"),
  compatible("dashscope", "DASHSCOPE", "https://dashscope-intl.aliyuncs.com/compatible-mode/v1"),
  compatible("deepinfra", "DEEPINFRA", "https://api.deepinfra.com/v1/openai"),
  { ...compatible("vllm", "VLLM", "http://localhost:8000/v1"), withoutKey: "dummy" },
  {
    ...compatible("ollama", "OLLAMA", "http://localhost:11434/v1"),
    addresses: ["OLLAMA_HOST"],
    withoutKey: "ollama",
    suffix: "/v1",
  },
];

/** Replaces every key in a child's environment: the real ones stay in the worker. */
export const placeholderKey = "crewstream";

type Variables = Readonly<Record<string, string | undefined>>;

/** The provider's key in an environment; undefined without. */
export function keyOf(provider: GatewayProvider, env: Variables): string | undefined {
  return set(env, provider.keys) ?? provider.withoutKey;
}

/** The address of the provider's API according to an environment, without a trailing slash. */
export function addressOf(provider: GatewayProvider, env: Variables): string {
  const named = set(env, provider.addresses);
  if (named === undefined) return provider.standard;
  const address = /^https?:\/\//.test(named) ? named : `http://${named}`;
  const base = address.replace(/\/+$/, "");
  return provider.suffix === "" || base.endsWith(provider.suffix) ? base : base + provider.suffix;
}

/** The child's variables: every provider with a key is replaced by the gateway at `address`, with a placeholder key. */
export function gatewayVariables(address: string, env: Variables): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const provider of gatewayProviders) {
    // OpenAI is crewai's default provider, and what the offline model answers for.
    if (provider.name !== "openai" && set(env, [...provider.keys, ...provider.addresses]) === undefined) continue;
    for (const name of provider.addresses) variables[name] = `${address}/${provider.name}${provider.suffix}`;
    for (const name of provider.keys) if (env[name] || provider.name === "openai") variables[name] = placeholderKey;
  }
  return variables;
}

function set(env: Variables, names: readonly string[]): string | undefined {
  return names.map((name) => env[name]).find((value) => value !== undefined && value !== "");
}
