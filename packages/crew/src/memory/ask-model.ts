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
  /** What the model is told to give. */
  schema: z.ZodObject;
  /** What is taken, which may be more than what it was told to give. */
  accepts: Answer;
}

/**
 * Asks a model something about memories, without streaming. Undefined when it does not answer or its answer cannot be
 * read: memory then does without. Rejects when the run cannot go on.
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
