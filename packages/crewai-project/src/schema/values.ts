import { z } from "zod";
import { ignored, key, warned } from "./keys.ts";
import { pythonReference, tsReference, predicate } from "./references.ts";

export const text = z.string();
export const whole = z.int().min(0);
export const positive = z.int().min(1);
/** A JSON object of any kind. */
export const record = z.record(z.string(), z.unknown());

const notSent = "not sent to the provider here";

const reasoningEffort = z.enum(["none", "minimal", "low", "medium", "high", "xhigh"]);

/** A model with settings. Further keys are fields of the provider's requests, as in CrewAI. */
export const llmObject = z
  .looseObject({
    model: key(text, "Model name, as `provider/model` or next to `provider`"),
    model_name: key(text, "The same as `model`"),
    deployment_name: key(text, "The same as `model`, for Azure"),
    provider: key(text, "Provider, if it is not part of the model's name"),
    base_url: key(text, "Where the provider's API is"),
    api_base: key(text, "The same as `base_url`"),
    api_key: key(text, "Key for it; better kept in the environment"),
    api_version: key(text, "Version of Azure's API; its v1 API, which is called here, has none", ignored),
    temperature: key(z.number(), "Sampling temperature"),
    top_p: key(z.number(), "Nucleus sampling"),
    top_k: key(positive, "Sampling among so many tokens"),
    max_tokens: key(positive, "Maximum length of the response in tokens"),
    max_completion_tokens: key(positive, "The same as `max_tokens`"),
    stop: key(z.union([text, z.array(text)], { error: "must be a string or a list of strings" }), "Stop sequences"),
    stop_sequences: key(z.array(text), "The same as `stop`"),
    seed: key(z.int(), "Seed for sampling"),
    n: key(z.int(), "Number of answers; only one is used", ignored),
    presence_penalty: key(z.number(), "Presence penalty"),
    frequency_penalty: key(z.number(), "Frequency penalty"),
    timeout: key(z.number().positive(), "Seconds for one call, which is then retried, as after any temporary failure"),
    stream: key(z.boolean(), "Whether the response is streamed"),
    reasoning_effort: key(reasoningEffort, "Reasoning effort of the model"),
    response_format: key(z.unknown(), "Form of the answer", warned("not used; give the task an output schema")),
    custom_openai: key(z.boolean(), "An OpenAI-compatible server; base_url alone says that", ignored),
    context_window_size: key(positive, "The model's context window in tokens; longer conversations are summarised"),
    max_retries: key(whole, "Further attempts of one call (2)"),
    additional_params: key(record, "Further fields of each request; so are keys that are not in this table"),
    extra_body: key(record, "The same"),
    extra_headers: key(z.record(z.string(), text), "Further headers of each request"),
    default_headers: key(z.record(z.string(), text), "The same"),
    organization: key(text, "Organisation, for OpenAI"),
    project: key(text, "Project, for OpenAI"),
    endpoint: key(text, "The same as `base_url`, for Azure"),
    max_output_tokens: key(positive, "The same as `max_tokens`, for Gemini"),
    additional_model_request_fields: key(record, "The same as `additional_params`, for Bedrock"),
    region_name: key(text, "AWS region", warned("not used", "set AWS_REGION in the environment")),
    location: key(text, "Google Cloud region", warned("not used: models of Google are called by their API key")),
    safety_settings: key(
      record,
      "Gemini's filters",
      warned(notSent, "write them into additional_params as safetySettings, as Google's API has them"),
    ),
    thinking_config: key(
      z.unknown(),
      "How Gemini thinks",
      warned(notSent, "use reasoning_effort, or additional_params with generationConfig"),
    ),
    guardrail_config: key(record, "Bedrock's guardrail", warned(notSent)),
    api: key(text, "OpenAI's kind of API; here the server decides", ignored),
    llm_type: key(text, "Internal to CrewAI", ignored),
    is_litellm: key(z.boolean(), "Internal to CrewAI", ignored),
    prefer_upload: key(z.boolean(), "Internal to CrewAI", ignored),
    drop_params: key(z.boolean(), "Internal to CrewAI", ignored),
    additional_drop_params: key(z.array(text), "Internal to CrewAI", ignored),
    callbacks: key(z.unknown(), "Called on its events", warned(notSent, "subscribe to the events")),
    interceptor: key(z.unknown(), "Sees its requests", warned(notSent)),
    client_params: key(z.unknown(), "Options of CrewAI's HTTP client", warned(notSent)),
    default_query: key(z.unknown(), "Query of each request", warned(notSent, "write it into base_url")),
    extra_query: key(z.unknown(), "The same", warned(notSent)),
    builtin_tools: key(z.array(text), "OpenAI's own tools", warned("not offered to the model here")),
  })
  .describe("A model with its settings.");
export type LlmObject = z.infer<typeof llmObject>;

export const llm = z.union([text.min(1), llmObject, pythonReference], {
  error: "must be a model name (provider/model) or an object with one",
});
export type LlmValue = z.infer<typeof llm>;

/** A tool with settings, as CrewAI serialises it: its class in `tool_type`, the rest are its settings. */
export const toolObject = z.looseObject({ tool_type: text }).describe("A tool class with its settings.");

export const tool = z.union([text.min(1), tsReference, toolObject, pythonReference], {
  error: 'must be a tool name, "custom:name", {"ts": "./tools/name.ts#name"} or an object with tool_type',
});
export type ToolValue = z.infer<typeof tool>;
export const tools = z.array(tool);

const toolFilter = z.strictObject({
  type: key(z.literal("static"), "Kind of filter"),
  allowed_tool_names: key(z.array(text), "Only these tools"),
  blocked_tool_names: key(z.array(text), "All tools but these"),
});

export const mcpObject = z
  .strictObject({
    command: key(text, "Program that serves on its standard input and output"),
    args: key(z.array(text), "Its arguments"),
    env: key(z.record(z.string(), text), "Its environment"),
    url: key(z.url({ protocol: /^https?$/ }), "Address of a server"),
    headers: key(z.record(z.string(), text), "Headers of each request"),
    streamable: key(z.boolean(), "Streamable HTTP (true) or server-sent events (false); absent: what the server takes"),
    tool_filter: key(toolFilter, "Which of its tools are offered"),
    cache_tools_list: key(z.boolean(), "Ask for the list of tools once; here it is asked for once a run", ignored),
  })
  .describe("An MCP server.");
export type McpObject = z.infer<typeof mcpObject>;

export const mcp = z.union([text.min(1), mcpObject, pythonReference], {
  error: "must be an https address, optionally with #tool, or an object with command or url",
});

export type McpValue = z.infer<typeof mcp>;

export const toolFailurePolicy = z.enum(["ignore", "warn", "raise"]);

/** A guardrail: a sentence for a model to apply, or a check. */
export const guardrail = z.union([text.min(1), predicate], {
  error: 'must be a sentence for a model to judge by, {"cel": "…"} or {"ts": "./file.ts#function"}',
});
export type GuardrailValue = z.infer<typeof guardrail>;

/** The format of an answer: a JSON Schema, or a zod schema in a file. */
export const answerForm = z.union([tsReference, pythonReference, record], {
  error: 'must be a JSON Schema object or {"ts": "./file.ts#schema"}',
});
