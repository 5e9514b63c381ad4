import type { LanguageModelV4CallOptions } from "@ai-sdk/provider";
import { abortable } from "../run/abortable.ts";
import { step, stepScope } from "../run/step.ts";
import { StepFailure } from "../run/step-failure.ts";
import type { Scope } from "../run/scope.ts";
import { Span } from "../run/span.ts";
import type { ModelAnswer } from "./answer.ts";
import { chunkEmitter } from "./chunks.ts";
import { completedData, failedData, startedData } from "./call-events.ts";
import type { ModelRequest } from "./model-request.ts";
import { modelFailure } from "./model-error.ts";
import { generateAnswer, streamAnswer } from "./read-answer.ts";
import { defaultAttempts, pauseBeforeRetry } from "./retry.ts";

/**
 * Asks a model for one response, with our own retries: those of the AI SDK do not cover a stream that breaks off. Every
 * attempt is one `llm_call_started` with one ending, journaled at `scope.path/attempt:N`.
 */
export async function callModel(scope: Scope, request: ModelRequest): Promise<ModelAnswer> {
  const { maxAttempts = defaultAttempts, retryDelayMs: delayMs } = request.model.settings;
  for (let attempt = 0; ; attempt += 1) {
    try {
      const at = scope.at(`attempt:${attempt}`);
      if (!isKnown(at)) await request.limiter?.turn(at.signal);
      return await attemptCall(at, request);
    } catch (error) {
      const again = error instanceof StepFailure && error.retryable && !scope.signal.aborted;
      if (!again || attempt + 1 >= maxAttempts) throw error;
      if (!isKnown(scope.at(`attempt:${attempt + 1}`)))
        await pauseBeforeRetry(error, attempt, { signal: scope.signal, delayMs });
    }
  }
}

function isKnown(scope: Scope): boolean {
  return scope.run.context.journal.read(scope.path) !== undefined;
}

async function attemptCall(outer: Scope, request: ModelRequest): Promise<ModelAnswer> {
  const { model } = request;
  const input = { model: model.label, messages: request.messages, tools: request.tools, choice: request.toolChoice };
  const scope = stepScope(outer, input);
  const callId = scope.run.idOf("call", scope.path);
  const span = new Span(scope, "llm_call_started", startedData(request, callId));
  const answer = await step<ModelAnswer>(scope, {
    kind: "llm",
    input,
    async perform(inner) {
      const { signal } = inner;
      const { timeout } = model.settings;
      const limited =
        timeout === undefined ? signal : AbortSignal.any([signal, AbortSignal.timeout(Math.ceil(timeout * 1000))]);
      const options = callOptions(request, limited);
      try {
        const { scope: live, close } = span.scope.closable();
        const asked =
          model.settings.stream === false
            ? generateAnswer(model.language, options)
            : streamAnswer(model.language, options, chunkEmitter(live, callId));
        const answer = await abortable(limited, asked).finally(close);
        if (answer.usage !== null) inner.usage.add(answer.usage);
        return answer;
      } catch (error) {
        if (inner.run.passesThrough(error)) throw error;
        throw modelFailure(signal.aborted ? signal.reason : limited.aborted ? limited.reason : error);
      }
    },
    close(outcome) {
      if (outcome.ok) {
        request.inside?.(span.scope, outcome.value);
        span.end({ type: "llm_call_completed", data: completedData(request, callId, outcome.value) });
      } else span.end({ type: "llm_call_failed", data: failedData(scope, request, callId, outcome.failure) });
    },
  });
  return { ...answer, callId };
}

function callOptions(request: ModelRequest, abortSignal: AbortSignal): LanguageModelV4CallOptions {
  const { settings, providerOptions } = request.model;
  const { tools, toolChoice, responseSchema } = request;
  return {
    prompt: request.messages,
    abortSignal,
    ...(settings.maxTokens === undefined ? {} : { maxOutputTokens: settings.maxTokens }),
    ...(settings.temperature === undefined ? {} : { temperature: settings.temperature }),
    ...(settings.topP === undefined ? {} : { topP: settings.topP }),
    ...(settings.topK === undefined ? {} : { topK: settings.topK }),
    ...(settings.stop === undefined ? {} : { stopSequences: settings.stop }),
    ...(settings.seed === undefined ? {} : { seed: settings.seed }),
    ...(settings.presencePenalty === undefined ? {} : { presencePenalty: settings.presencePenalty }),
    ...(settings.reasoning === undefined ? {} : { reasoning: settings.reasoning }),
    ...(settings.frequencyPenalty === undefined ? {} : { frequencyPenalty: settings.frequencyPenalty }),
    ...(providerOptions === undefined ? {} : { providerOptions }),
    ...(tools === undefined || tools.length === 0 ? {} : { tools, toolChoice: toolChoice ?? { type: "auto" } }),
    ...(responseSchema === undefined ? {} : { responseFormat: { type: "json" as const, ...responseSchema } }),
  };
}
