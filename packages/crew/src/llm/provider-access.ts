import { AppError, ErrorCode } from "@crewstream/contracts";

export interface ProviderOptions {
  /** The model's name, for error messages. */
  label: string;
  env: Readonly<Record<string, string | undefined>>;
  baseUrl?: string;
  apiKey?: string;
  /** Replaces the global one. */
  fetch?: typeof fetch;
  /** Sent with each request. */
  headers?: Record<string, string>;
}

/** An OpenAI-compatible server to use instead of OpenAI, which may need no key; undefined: OpenAI itself. */
export function openaiElsewhere({ baseUrl, apiKey, env }: ProviderOptions): CompatibleAccess | undefined {
  const address = baseUrl ?? firstSet(env, "OPENAI_BASE_URL", "OPENAI_API_BASE");
  return address === undefined ? undefined : compatibleAccess("openai", address, apiKey ?? env["OPENAI_API_KEY"]);
}

// Azure's v1 API takes the deployment's name as the model, and the key as a bearer token. Endpoints of the previous API
// have the deployment in their path.
export function azureAccess(options: ProviderOptions): { name: string; baseURL: string; apiKey: string } {
  const base = options.baseUrl ?? setting(options, "AZURE_API_BASE", "AZURE_OPENAI_ENDPOINT", "AZURE_ENDPOINT");
  const baseURL = `${base.replace(/\/(openai(\/.*)?)?$/, "")}/openai/v1`;
  return { name: "azure", baseURL, apiKey: key(options, "AZURE_API_KEY", "AZURE_OPENAI_API_KEY") };
}

export function googleAccess(options: ProviderOptions): { apiKey: string; baseURL?: string } {
  const base = options.baseUrl ?? firstSet(options.env, "GOOGLE_GEMINI_BASE_URL");
  const apiKey = key(options, "GEMINI_API_KEY", "GOOGLE_API_KEY", "GOOGLE_GENERATIVE_AI_API_KEY");
  return { apiKey, ...(base === undefined ? {} : { baseURL: withVersion(base, "v1beta") }) };
}

interface BedrockAccess {
  region: string;
  apiKey?: string;
  accessKeyId?: string;
  secretAccessKey?: string;
  sessionToken?: string;
  baseURL?: string;
}

export function bedrockAccess(options: ProviderOptions): BedrockAccess {
  const { env } = options;
  const region = env["AWS_REGION"] ?? env["AWS_DEFAULT_REGION"] ?? env["AWS_REGION_NAME"] ?? "us-east-1";
  const baseURL = options.baseUrl === undefined ? {} : { baseURL: options.baseUrl };
  const apiKey = options.apiKey ?? env["AWS_BEARER_TOKEN_BEDROCK"];
  if (apiKey !== undefined && apiKey !== "") return { region, apiKey, ...baseURL };
  const sessionToken = env["AWS_SESSION_TOKEN"];
  return {
    region,
    accessKeyId: setting(options, "AWS_ACCESS_KEY_ID"),
    secretAccessKey: setting(options, "AWS_SECRET_ACCESS_KEY"),
    ...(sessionToken === undefined ? {} : { sessionToken }),
    ...baseURL,
  };
}

/** A server with OpenAI's API, with its key if it needs one. */
export interface CompatibleAccess {
  name: string;
  baseURL: string;
  apiKey?: string;
}

/** A server at any address. */
function compatibleAccess(name: string, baseURL: string, apiKey: string | undefined): CompatibleAccess {
  return { name, baseURL, ...(apiKey === undefined ? {} : { apiKey }) };
}

export function ollamaAccess(options: ProviderOptions): CompatibleAccess {
  const host = options.baseUrl ?? firstSet(options.env, "OLLAMA_BASE_URL", "OLLAMA_HOST", "OLLAMA_API_BASE");
  const address = host === undefined || host.includes("://") ? host : `http://${host}`;
  const apiKey = options.apiKey ?? firstSet(options.env, "OLLAMA_API_KEY");
  return compatibleAccess("ollama", withVersion(address ?? "http://127.0.0.1:11434", "v1"), apiKey);
}

export function vllmAccess({ env, baseUrl, apiKey }: ProviderOptions): CompatibleAccess {
  const address = baseUrl ?? firstSet(env, "VLLM_BASE_URL") ?? "http://127.0.0.1:8000/v1";
  return compatibleAccess("hosted_vllm", address, apiKey ?? firstSet(env, "VLLM_API_KEY"));
}

/** An OpenAI-compatible provider: its key is in `NAME_API_KEY`, another base URL in `NAME_BASE_URL`. */
export function hostedAccess(name: string, url: string, options: ProviderOptions): CompatibleAccess {
  const prefix = name.toUpperCase();
  const baseUrl = options.baseUrl ?? firstSet(options.env, `${prefix}_BASE_URL`) ?? url;
  return compatibleAccess(name, baseUrl, key(options, `${prefix}_API_KEY`));
}

/** An address with the API's version appended if it has none: other clients of these providers append it. */
export function withVersion(address: string, version: string): string {
  const base = address.replace(/\/+$/, "");
  return /\/v\d\w*$/.test(base) ? base : `${base}/${version}`;
}

/** The first of these variables that is set. */
export function firstSet(env: ProviderOptions["env"], ...variables: string[]): string | undefined {
  return variables.map((variable) => env[variable]).find((value) => value !== undefined && value !== "");
}

/** A provider's key: the model's own, else the first of these variables that is set. */
export function key(options: ProviderOptions, ...variables: string[]): string {
  return options.apiKey ?? setting(options, ...variables);
}

/** The first of these variables that is set. Throws `configuration`, naming the one to set, if none is. */
function setting({ env, label }: ProviderOptions, ...variables: string[]): string {
  const found = firstSet(env, ...variables);
  if (found !== undefined) return found;
  throw new AppError(
    `The model ${label} needs ${variables[0]}: set it in the environment of the crew worker or in the project's .env. ` +
      "To try it without a key, set MODEL_OVERRIDE=offline/demo, which answers for every agent",
    { code: ErrorCode.configuration, details: { variable: variables[0] } },
  );
}
