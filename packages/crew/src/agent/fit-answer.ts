import { AppError, ErrorCode } from "@crewstream/contracts";
import type { LanguageModelV4Prompt } from "@ai-sdk/provider";
import { misfitPrompt } from "../prompts/retry-prompt.ts";
import type { Json } from "../run/dump.ts";
import { readJson, type AnswerSchema } from "../task/structured.ts";
import type { Agent } from "./agent.ts";
import type { LoopResult } from "./conversation.ts";

/** An answer and the JSON in it. */
export interface FittedAnswer {
  result: LoopResult;
  json: Json;
}

const defaultRetryLimit = 2;

/** How often an agent is retried after an error, or an answer that does not fit its schema. */
export function retryLimitOf({ definition }: Agent): number {
  return definition.maxRetryLimit ?? defaultRetryLimit;
}

/**
 * Sends an answer that does not fit its schema back to the agent with the validation error, up to `maxRetryLimit`
 * times.
 * @param again continues the conversation for the given attempt, counted from 0
 * @throws AppError `model_failed` with what is wrong with the last answer
 */
export async function fitAnswer(
  agent: Agent,
  schema: AnswerSchema,
  first: LoopResult,
  again: (attempt: number, history: LanguageModelV4Prompt) => Promise<LoopResult>,
): Promise<FittedAnswer> {
  let result = first;
  for (let attempt = 0; ; attempt += 1) {
    const read = readJson(result.text, schema);
    if (read.ok) return { result, json: read.value };
    if (attempt >= retryLimitOf(agent)) {
      // Not retryable: these were the retries.
      throw new AppError(`The answer does not fit the output schema: ${read.error}`, {
        code: ErrorCode.modelFailed,
        retryable: false,
      });
    }
    const text = misfitPrompt(read.error, schema.json);
    result = await again(attempt, [...result.messages, { role: "user", content: [{ type: "text", text }] }]);
  }
}
