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

/** A model with settings. Keys beyond these are provider options that CrewAI hands on; here they are warned of. */
export const llmObject = z
  .strictObject({
    model: key(text, "Model name, as `provider/model` or beside `provider`"),
    model_name: key(text, "The same as `model`"),
    deployment_name: key(text, "The same as `model`, for Azure"),
    provider: key(text, "Provider, when the model's name does not hold it"),
    base_url: key(text, "Where the provider's API is"),
    api_base: key(text, "The same as `base_url`"),
    api_key: key(text, "Key for it; better kept in the environment"),
    api_version: key(text, "Version of Azure's API; its v1 API, which is called here, has none", ignored),
    temperature: key(z.number(), "Sampling temperature"),
    top_p: key(z.number(), "Nucleus sampling"),
    max_tokens: key(positive, "Longest answer, in tokens"),
    max_completion_tokens: key(positive, "The same as `max_tokens`"),
    stop: key(z.union([text, z.array(text)], { error: "must be a string or a list of strings" }), "Where answers end"),
    stop_sequences: key(z.array(text), "The same as `stop`"),
    seed: key(z.int(), "Seed for sampling"),
    n: key(z.int(), "Number of answers; only one is used", ignored),
    presence_penalty: key(z.number(), "Presence penalty"),
    frequency_penalty: key(z.number(), "Frequency penalty"),
    timeout: key(
      z.number().positive(),
      "Seconds for one call; then it is made again, as after any failure that may pass",
    ),
    stream: key(z.boolean(), "Whether the answer comes in pieces"),
    reasoning_effort: key(reasoningEffort, "How long a reasoning model thinks"),
    response_format: key(z.unknown(), "Form of the answer", warned("not used; give the task an output schema")),
    custom_openai: key(z.boolean(), "An OpenAI-compatible server; base_url alone says that", ignored),
    additional_params: key(record, "Further provider options", warned(notSent)),
  })
  .describe("A model with its settings.");
export type LlmObject = z.infer<typeof llmObject>;

export const llm = z.union([text.min(1), llmObject, pythonReference], {
  error: "must be a model name (provider/model) or an object with one",
});
export type LlmValue = z.infer<typeof llm>;

/** A tool with settings, as CrewAI serialises it: its class in `tool_type`, the rest is its own. */
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

/** A guardrail: a sentence for a model to judge by, or a check. */
export const guardrail = z.union([text.min(1), predicate], {
  error: 'must be a sentence for a model to judge by, {"cel": "…"} or {"ts": "./file.ts#function"}',
});
export type GuardrailValue = z.infer<typeof guardrail>;

/** The form of an answer: a JSON Schema, or a zod schema in a file. */
export const answerForm = z.union([tsReference, pythonReference, record], {
  error: 'must be a JSON Schema object or {"ts": "./file.ts#schema"}',
});
