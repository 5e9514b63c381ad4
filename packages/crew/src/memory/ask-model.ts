import type { z } from "zod";
import { callModel } from "../llm/call-model.ts";
import type { ModelRef } from "../llm/model.ts";
import type { RateLimiter } from "../llm/rate-limiter.ts";
import { resolveModel } from "../llm/resolve-model.ts";
import type { Scope } from "../run/scope.ts";
import { answerSchema, readJson } from "../task/structured.ts";

export interface MemoryQuestion<Answer extends z.ZodObject> {
  model: ModelRef | undefined;
  limiter?: RateLimiter | undefined;
  instruction: string;
  question: string;
  /** The schema shown to the model. */
  schema: z.ZodObject;
  /** The schema that answers are parsed with, which may be more lenient. */
  accepts: Answer;
}

/**
 * Asks a model a question about memories, without streaming. Undefined if it does not answer or the answer cannot be
 * parsed: memory then works without it. Rejects if the run cannot continue.
 */
export async function askModel<Answer extends z.ZodObject>(
  scope: Scope,
  { model, limiter, instruction, question, schema, accepts }: MemoryQuestion<Answer>,
): Promise<z.output<Answer> | undefined> {
  const { json } = answerSchema(schema);
  try {
    const resolved = await resolveModel(scope.run, model);
    const answer = await callModel(scope, {
      model: { ...resolved, settings: { ...resolved.settings, stream: false } },
      messages: [
        { role: "system", content: instruction },
        { role: "user", content: [{ type: "text", text: question }] },
      ],
      responseSchema: { name: "memory", schema: json },
      ...(limiter === undefined ? {} : { limiter }),
    });
    const read = readJson(answer.text, { json, check: accepts });
    return read.ok ? (read.value as z.output<Answer>) : undefined;
  } catch (error) {
    if (scope.run.passesThrough(error) || scope.signal.aborted) throw error;
    return undefined;
  }
}
