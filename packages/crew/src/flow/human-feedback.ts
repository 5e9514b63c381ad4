import type { HumanAnswer } from "@crewstream/contracts";
import { z } from "zod";
import { askHuman, pendingInput } from "../human/ask-human.ts";
import { callModel } from "../llm/call-model.ts";
import type { ModelRef } from "../llm/model.ts";
import { resolveModel } from "../llm/resolve-model.ts";
import type { Json } from "../run/dump.ts";
import type { Scope } from "../run/scope.ts";
import { answerSchema, readJson } from "../task/structured.ts";

/** A method whose output a person looks at before the flow goes on. */
export interface HumanFeedbackOptions {
  /** What the person is asked. */
  message: string;
  /** Outcomes that the answer is sorted into; the method is then a router and these are its labels. */
  emit?: readonly string[];
  /** For an empty answer, or none in time. Default: the first outcome. */
  defaultOutcome?: string;
  /** Sorts free text into an outcome. Default: the run's model. */
  model?: ModelRef;
  /** Seconds to wait before the default holds. Default: without an end. */
  timeoutSeconds?: number;
  metadata?: Record<string, unknown>;
}

/** What the next method gets: CrewAI's HumanFeedbackResult. */
export interface HumanFeedback {
  output: Json;
  feedback: string;
  /** Null when there are no outcomes to choose from. */
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
    timeoutSeconds: options.timeoutSeconds ?? null,
    automation: review.flowName,
    step: methodName,
    metadata: options.metadata ?? {},
  });
  const shared = { flow_name: review.flowName, method_name: methodName, request_id: request.id };
  scope.emit("human_feedback_requested", { ...shared, output, message: options.message, emit });
  const answer = await askHuman(at, request);
  scope.emit("human_feedback_received", { ...shared, feedback: answer.feedback, outcome: null });
  const outcome = emit === null ? null : await chooseOutcome(scope.at("outcome"), answer, options, emit);
  return {
    output,
    feedback: answer.feedback,
    outcome,
    timestamp: answer.at,
    method_name: methodName,
    metadata: options.metadata ?? {},
  };
}

/** The outcome an answer names; only free text that names none is put to a model. */
async function chooseOutcome(
  scope: Scope,
  answer: HumanAnswer,
  options: HumanFeedbackOptions,
  emit: readonly string[],
): Promise<string> {
  const fallback = options.defaultOutcome ?? emit[0] ?? "";
  const text = answer.feedback.trim();
  const verdict = answer.approved === null ? undefined : answer.approved ? "approved" : "rejected";
  const named = emit.find((outcome) => outcome === verdict) ?? emit.find((outcome) => sameWord(outcome, text));
  if (named !== undefined) return named;
  if (text === "" || answer.timedOut) return fallback;
  const schema = answerSchema(z.object({ outcome: z.enum(emit as [string, ...string[]]) }));
  const question = [
    `A person was asked: ${options.message}`,
    `They answered: ${text}`,
    `Which of these outcomes do they mean? ${emit.join(", ")}`,
    `Answer with JSON only, that fits this JSON Schema:\n${JSON.stringify(schema.json)}`,
  ].join("\n\n");
  const reply = await callModel(scope, {
    model: await resolveModel(scope.run, options.model),
    messages: [{ role: "user", content: [{ type: "text", text: question }] }],
    responseSchema: { name: "outcome", schema: schema.json },
  });
  const chosen = readJson(reply.text, schema);
  return chosen.ok ? (chosen.value as { outcome: string }).outcome : fallback;
}

function sameWord(outcome: string, text: string): boolean {
  return outcome.toLowerCase() === text.toLowerCase().replace(/[.!]+$/, "");
}
