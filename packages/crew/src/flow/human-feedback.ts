import { AppError, ErrorCode, readOutcome, type HumanAnswer } from "@crewstream/contracts";
import { z } from "zod";
import { askHuman, pendingInput } from "../human/ask-human.ts";
import { callModel } from "../llm/call-model.ts";
import type { ModelRef } from "../llm/model.ts";
import { resolveModel } from "../llm/resolve-model.ts";
import type { Json } from "../run/dump.ts";
import type { Scope } from "../run/scope.ts";
import { StepFailure } from "../run/step-failure.ts";
import { answerSchema, readJson } from "../task/structured.ts";

/** A review of a method's output by a person before the flow continues. */
export interface HumanFeedbackOptions {
  /** The question to the person. */
  message: string;
  /** Outcomes that the answer is mapped to; the method is then a router and these are its labels. */
  emit?: readonly string[];
  /** For an empty answer, or none in time. Without it an empty answer is rejected. */
  defaultOutcome?: string;
  /**
   * Outcomes that an approval and a rejection map to (`is_approve`, `crewstream answer --approve`). Default: the only
   * one whose name says so (`approved`, `approve`, `yes`; `rejected`, `reject`, `no`); if there is none, a flag is
   * rejected.
   */
  approveOutcome?: string;
  rejectOutcome?: string;
  /** Maps free text to an outcome. Default: the run's model. */
  model?: ModelRef;
  /**
   * Seconds to wait before `defaultOutcome` applies, which is then required if there are outcomes. Default: no limit.
   */
  timeoutSeconds?: number;
  metadata?: Record<string, unknown>;
}

/** The next method's input: CrewAI's HumanFeedbackResult. */
export interface HumanFeedback {
  output: Json;
  feedback: string;
  /** Null if there are no outcomes to choose from. */
  outcome: string | null;
  timestamp: string;
  method_name: string;
  metadata: Record<string, unknown>;
}

interface Review {
  flowName: string;
  methodName: string;
  output: Json;
  options: HumanFeedbackOptions;
}

/** Asks a person about a method's output. Rejects with Suspended while there is no answer. */
export async function reviewOutput(scope: Scope, review: Review): Promise<HumanFeedback> {
  const { options, output, methodName } = review;
  const emit = options.emit === undefined ? null : [...options.emit];
  const at = scope.at("human");
  const request = pendingInput(at, {
    kind: "review",
    message: options.message,
    output,
    emit,
    defaultOutcome: options.defaultOutcome ?? null,
    ...(options.approveOutcome === undefined ? {} : { approveOutcome: options.approveOutcome }),
    ...(options.rejectOutcome === undefined ? {} : { rejectOutcome: options.rejectOutcome }),
    timeoutSeconds: options.timeoutSeconds ?? null,
    automation: review.flowName,
    step: methodName,
    metadata: options.metadata ?? {},
  });
  const shared = { flow_name: review.flowName, method_name: methodName, request_id: request.id };
  scope.emit("human_feedback_requested", { ...shared, output, message: options.message, emit });
  const answer = await askHuman(at, request);
  scope.emit("human_feedback_received", { ...shared, feedback: answer.feedback, outcome: null });
  const outcome = emit === null ? null : await chooseOutcome(scope.at("outcome"), answer, { ...options, emit });
  return {
    output,
    feedback: answer.feedback,
    outcome,
    timestamp: answer.at,
    method_name: methodName,
    metadata: options.metadata ?? {},
  };
}

/**
 * The outcome that an answer names; only free text that names none is passed to a model. Rejects if the model names
 * none either: an outcome that nobody chose decides nothing.
 */
async function chooseOutcome(
  scope: Scope,
  answer: HumanAnswer,
  options: HumanFeedbackOptions & { emit: readonly string[] },
): Promise<string> {
  const { emit } = options;
  const text = answer.feedback.trim();
  // CrewAI's rule for an empty answer. The API accepts one only if the flow has a default.
  const isEmpty = text === "" && answer.approved === null && answer.outcome === undefined;
  if (answer.timedOut || isEmpty) return options.defaultOutcome ?? emit[0] ?? "";
  const reading = readOutcome({ ...options, defaultOutcome: options.defaultOutcome ?? null }, answer);
  if (reading.kind === "outcome") return reading.outcome;
  // The API rejects such an answer; another host may have accepted it.
  if (reading.kind === "refused") throw new AppError(reading.reason, { code: ErrorCode.runFailed });
  const schema = answerSchema(z.object({ outcome: z.enum(emit as [string, ...string[]]) }));
  const question = [
    `A person was asked: ${options.message}`,
    `They answered: ${text}`,
    `Which of these outcomes do they mean? ${emit.join(", ")}`,
    `Answer with JSON only, that fits this JSON Schema:\n${JSON.stringify(schema.json)}`,
  ].join("\n\n");
  const ask = {
    model: await resolveModel(scope.run, options.model),
    messages: [{ role: "user" as const, content: [{ type: "text" as const, text: question }] }],
  };
  const reply = await callModel(scope, { ...ask, responseSchema: { name: "outcome", schema: schema.json } }).catch(
    (error: unknown) => {
      // A server that rejects the request may not support response formats; CrewAI then asks without one, too.
      const refused = error instanceof StepFailure && !error.retryable && !scope.signal.aborted;
      if (!refused) throw error;
      return callModel(scope.at("words"), ask);
    },
  );
  const chosen = readJson(reply.text, schema);
  const meant = chosen.ok ? (chosen.value as { outcome: string }).outcome : namedIn(reply.text, emit);
  if (meant !== undefined) return meant;
  throw new AppError(`The answer "${text}" is none of the outcomes ${emit.join(", ")}, says the model: ${reply.text}`, {
    code: ErrorCode.runFailed,
  });
}

/** The longest outcome that occurs in a text, as CrewAI reads a model that answers in words. */
function namedIn(text: string, emit: readonly string[]): string | undefined {
  const named = emit.filter((outcome) => text.toLowerCase().includes(outcome.toLowerCase()));
  return named.toSorted((a, b) => b.length - a.length)[0];
}
