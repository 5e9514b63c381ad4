import { AppError, ErrorCode } from "@crewstream/contracts";
import { applyGuardrail } from "../guardrail/apply-guardrail.ts";
import { retryContext } from "../prompts/retry-prompt.ts";
import { contextDivider } from "../prompts/task-prompt.ts";
import type { Scope } from "../run/scope.ts";
import { produce, type Production } from "./produce.ts";
import { answerSchema, readJson } from "./structured.ts";
import { checked, type TaskOutput } from "./task-output.ts";

const defaultMaxRetries = 3;

/**
 * Applies a task's guardrails to its output, in order. Each may reject the work a limited number of times; after that
 * the task fails, with CrewAI's message.
 */
export async function guarded(scope: Scope, production: Production, first: TaskOutput): Promise<TaskOutput> {
  const { definition, agent } = production.task;
  const maxRetries = definition.guardrailMaxRetries ?? defaultMaxRetries;
  let output = first;
  for (const [index, guardrail] of (definition.guardrails ?? []).entries()) {
    const at = scope.at(`guardrail:${index}`);
    const which = definition.guardrails?.length === 1 ? "guardrail" : `guardrail ${index}`;
    for (let retryCount = 0; ; retryCount += 1) {
      const check = { guardrail, output, retryCount, model: production.model };
      const verdict = await applyGuardrail(
        at
          .at(`try:${retryCount}`)
          .derive({ identity: { ...scope.identity, agentId: agent.id, agentRole: agent.role } }),
        check,
      );
      if (verdict.valid) {
        if (verdict.result !== undefined) output = replaced(production, output, verdict.result);
        break;
      }
      if (retryCount >= maxRetries) {
        throw new AppError(
          `Task failed ${which} validation after ${maxRetries} retries. Last error: ${verdict.feedback}`,
          { code: ErrorCode.runFailed },
        );
      }
      const why = retryContext(verdict.feedback, output.raw);
      const context = production.context === "" ? why : `${production.context}${contextDivider}${why}`;
      output = await produce(at.at(`retry:${retryCount}`), { ...production, context });
    }
  }
  return output;
}

/** The output with another text, parsed again if it must be JSON. */
function replaced({ task }: Production, output: TaskOutput, raw: string): TaskOutput {
  const { outputSchema } = task.definition;
  const changed = { ...output, raw, ...(output.accepted === undefined ? {} : { accepted: false }) };
  if (outputSchema === undefined) return changed;
  const read = readJson(raw, answerSchema(outputSchema));
  if (read.ok) return { ...changed, ...checked(task.definition, read.value) };
  throw new AppError(`A guardrail's result does not fit the task's output schema: ${read.error}`, {
    code: ErrorCode.runFailed,
  });
}
