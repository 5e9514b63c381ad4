import { z } from "zod";
import { usageSchema } from "../execution.ts";
import { anything, flag, maybeAnything, maybeRecord, maybeText, nullableText, record, text } from "./fields.ts";

// CrewAI dumps live objects of 4 to 10 kB into its events. Events carry these small views of them instead.

/** An agent, by id and role. */
export const agentView = z.looseObject({ id: maybeText, role: text });

/** A task, as its author wrote it. */
export const taskView = z.looseObject({
  id: maybeText,
  name: maybeText,
  description: text,
  expected_output: maybeText,
});

/** A tool, as it is described to the model. */
export const toolView = z.looseObject({ name: text, description: maybeText });

/** A standalone agent's own description. */
export const agentInfo = z.looseObject({ id: maybeText, role: text, goal: maybeText, backstory: maybeText });

/** One entry of a conversation with a model. `content` is text, a list of parts, or null next to tool calls. */
export const message = z.looseObject({
  role: text,
  content: maybeAnything,
  name: maybeText,
  tool_call_id: maybeText,
  tool_calls: z.array(record).nullish(),
});

/** A conversation, or the single prompt a caller passed instead. */
export const messages = z.union([text, z.array(message)]);

/** Why a tool returned no result. `code` is the error's class or a code of the tool's own. */
export const toolFailure = z.looseObject({
  message: text,
  reason: z.enum(["tool_reported", "exception", "mcp_error", "usage_limit", "unknown_tool", "invalid_input"]),
  code: maybeText,
  retryable: flag.nullish(),
  details: maybeRecord,
});

export const toolFailureRecord = z.looseObject({
  tool_name: text,
  failure: toolFailure,
  tool_args: maybeAnything,
  agent_role: maybeText,
  task_name: maybeText,
  task_id: maybeText,
});

/** CrewAI's TaskOutput. `raw` is the text; `pydantic` and `json_dict` hold structured output when it was asked for. */
export const taskOutput = z.looseObject({
  description: text,
  name: maybeText,
  expected_output: maybeText,
  summary: maybeText.describe("The first ten words of the description."),
  raw: text,
  pydantic: maybeAnything,
  json_dict: maybeRecord,
  agent: text,
  accepted: flag.optional().describe("A person has accepted this text unchanged."),
  output_format: z.enum(["raw", "json", "pydantic"]),
  messages: z.array(message).nullish(),
  tool_failures: z.array(toolFailureRecord).nullish(),
});

/** Tokens and calls of a whole run. */
export const tokenUsage = usageSchema;

/** A tool call that a model requested. `arguments` is JSON text as the model wrote it. */
export const toolCall = z.looseObject({
  id: maybeText,
  type: maybeText,
  index: z.int().nullish(),
  function: z.looseObject({ name: maybeText, arguments: text }),
});

/** A tool call of a step with its outcome. */
export const stepToolCall = z.looseObject({
  id: maybeText,
  tool: text,
  tool_input: anything.describe("Arguments, as an object; as text if the model's JSON was invalid."),
  result: nullableText.describe("The result given to the model; null if the call failed."),
  error: maybeText,
});
