import type { Scope } from "../run/scope.ts";
import { errorFields } from "../run/error-fields.ts";
import { type StepFailure } from "../run/step-failure.ts";
import type { ModelAnswer } from "./answer.ts";
import type { ModelRequest } from "./model-request.ts";
import { eventToolCall, toEventMessages } from "./messages.ts";

type Data = Record<string, unknown>;

/** `llm_call_started`: the whole conversation and every setting, null for the provider's default. */
export function startedData({ model, messages, tools }: ModelRequest, callId: string): Data {
  const { settings } = model;
  return {
    model: model.label,
    call_id: callId,
    messages: toEventMessages(messages),
    tools: tools === undefined || tools.length === 0 ? null : tools.map(shownTool),
    callbacks: null,
    available_functions: null,
    temperature: settings.temperature ?? null,
    top_p: settings.topP ?? null,
    max_tokens: settings.maxTokens ?? null,
    stream: settings.stream ?? true,
    seed: settings.seed ?? null,
    stop_sequences: settings.stop ?? null,
    frequency_penalty: settings.frequencyPenalty ?? null,
    presence_penalty: settings.presencePenalty ?? null,
    n: null,
  };
}

function shownTool({ name, description, inputSchema }: NonNullable<ModelRequest["tools"]>[number]): Data {
  return { type: "function", function: { name, description, parameters: inputSchema } };
}

/** `llm_call_completed`: text, or the list of tool calls in OpenAI's format. */
export function completedData({ model, messages }: ModelRequest, callId: string, answer: ModelAnswer): Data {
  const calls = answer.toolCalls.map((call) => eventToolCall(call.id, call.name, call.args));
  return {
    model: model.label,
    call_id: callId,
    messages: toEventMessages(messages),
    response: calls.length > 0 ? calls : answer.text,
    call_type: calls.length > 0 ? "tool_call" : "llm_call",
    usage: answer.usage === null ? null : withoutRequests(answer.usage),
    finish_reason: answer.finishReason,
    response_id: answer.responseId,
  };
}

export function failedData(scope: Scope, { model }: ModelRequest, callId: string, failure: StepFailure): Data {
  return { model: model.label, call_id: callId, ...errorFields(scope, failure) };
}

function withoutRequests(usage: NonNullable<ModelAnswer["usage"]>): Data {
  return { ...usage, successful_requests: undefined };
}
