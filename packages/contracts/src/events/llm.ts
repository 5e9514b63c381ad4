import { z } from "zod";
import { eventType } from "./event-type.ts";
import {
  anything,
  errorOrigin,
  maybeDecimal,
  maybeFlag,
  maybeInteger,
  maybeRecord,
  maybeText,
  maybeTexts,
  record,
  text,
} from "./fields.ts";
import { messages, toolCall } from "./projections.ts";

const call_type = z.enum(["llm_call", "tool_call"]);
const call = {
  model: maybeText,
  call_id: text.describe("Links the start, the chunks and the end of one call."),
};
const response_id = maybeText.describe("The provider's id of the response.");

const coalesced = z
  .object({ events: z.int(), last_event_id: z.string(), last_emission_sequence: z.int() })
  .optional()
  .describe("If a subscription with `coalesce` got several chunks merged into one: how many, and the last of them.");

const which = { model: "openai/gpt-4o-mini", call_id: "0a4c3c52-7f59-4b8e-9f52-3b1a7c6d8e90" };
const conversation = [
  { role: "system", content: "You are Researcher." },
  { role: "user", content: "Find what changed in 4.2" },
];

export const llmEvents = {
  llm_call_started: eventType(
    "A model is called.",
    {
      ...call,
      messages: messages.nullish(),
      tools: z.array(record).nullish().describe("The tools the model may call."),
      callbacks: z.array(anything).nullish().describe("Always absent or empty here: CrewAI's live objects."),
      available_functions: maybeRecord.describe("Always absent or null here: CrewAI's live objects."),
      temperature: maybeDecimal,
      top_p: maybeDecimal,
      max_tokens: maybeDecimal,
      stream: maybeFlag,
      seed: maybeInteger,
      stop_sequences: maybeTexts,
      frequency_penalty: maybeDecimal,
      presence_penalty: maybeDecimal,
      n: maybeInteger,
    },
    {
      ...which,
      messages: conversation,
      tools: [{ type: "function", function: { name: "search_changelog", description: "Searches the changelog" } }],
      temperature: 0.2,
      stream: false,
    },
  ),
  llm_call_completed: eventType(
    "A model has responded, with text or with tool calls.",
    {
      ...call,
      messages: messages.nullish(),
      response: anything.describe("Text, a list of tool calls, or structured output."),
      call_type,
      usage: maybeRecord.describe("Tokens of this call; sum these for exact totals."),
      finish_reason: maybeText,
      response_id,
    },
    {
      ...which,
      messages: conversation,
      response: [
        { id: "call_1", type: "function", function: { name: "search_changelog", arguments: '{"query": "4.2"}' } },
      ],
      call_type: "tool_call",
      usage: { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 },
      finish_reason: "tool_calls",
      response_id: "chatcmpl-1",
    },
  ),
  llm_call_failed: eventType(
    "A model call failed; a retry is a separate call.",
    { ...call, error: text, ...errorOrigin },
    { ...which, error: "The provider answered 429: slow down" },
  ),
  llm_stream_chunk: eventType(
    "A chunk of a model's response, as it is generated.",
    {
      ...call,
      chunk: text.describe("The next chunk of text, or of a tool call's arguments."),
      tool_call: toolCall.nullish(),
      call_type: call_type.nullish(),
      response_id,
      coalesced,
    },
    { ...which, chunk: "Faster ", tool_call: null, call_type: "llm_call", response_id: "chatcmpl-2" },
  ),
  llm_thinking_chunk: eventType(
    "A chunk of a model's reasoning, as it is generated.",
    { ...call, chunk: text, response_id, coalesced },
    { ...which, chunk: "The changelog should say.", response_id: "chatcmpl-2" },
  ),
  context_window_summarization_started: eventType(
    "An agent's prompt is too long for its model and is about to be summarised.",
    { model: maybeText },
    { model: which.model },
  ),
  context_window_summarization_completed: eventType(
    "A summary has replaced what was too long for a model.",
    { model: maybeText },
    { model: which.model },
  ),
  context_window_summarization_failed: eventType(
    "What was too long for a model could not be summarised.",
    { model: maybeText, error: text },
    { model: which.model, error: "The model answered 429 three times" },
  ),
};
