import { errorMessage } from "@crewstream/contracts";
import { z } from "zod";
import { agentFrom } from "../agent/agent-from.ts";
import { runLiteAgent } from "../agent/lite-agent.ts";
import type { Model } from "../llm/model.ts";
import type { Scope } from "../run/scope.ts";
import { Span } from "../run/span.ts";
import { step, stepScope } from "../run/step.ts";
import { answerSchema, readJson } from "../task/structured.ts";
import type { TaskOutput } from "../task/task-output.ts";
import { guardrailName, type Guardrail, type Verdict } from "./guardrail.ts";

export interface Check {
  guardrail: Guardrail;
  output: TaskOutput;
  /** How often the work was rejected before. */
  retryCount: number;
  /** The model for guardrails given in words. */
  model: Model;
}

/**
 * Applies a guardrail to an output at `scope.path` and journals the verdict. A guardrail that throws fails the work.
 */
export async function applyGuardrail(outer: Scope, check: Check): Promise<Verdict> {
  const { guardrail, output, retryCount } = check;
  const name = guardrailName(guardrail);
  const input = { name, raw: output.raw };
  const scope = stepScope(outer, input);
  const kind = { guardrail_type: typeof guardrail === "string" ? "llm" : "function", guardrail_name: name };
  const span = new Span(scope, "llm_guardrail_started", { ...kind, guardrail: name, retry_count: retryCount });
  const completed = (data: { success: boolean; result: unknown; error: string | null }) => ({
    type: "llm_guardrail_completed",
    data: { ...kind, ...data, retry_count: retryCount },
  });
  return step<Verdict>(span.scope, {
    kind: "guardrail",
    input,
    perform: async (inner) => {
      if (typeof guardrail === "string") return judge(inner, guardrail, check);
      const examine = typeof guardrail === "function" ? guardrail : guardrail.check;
      return inner.enter(async () => examine(output));
    },
    close: (outcome) => {
      const error = outcome.ok ? (outcome.value.valid ? null : outcome.value.feedback) : errorMessage(outcome.failure);
      const success = outcome.ok && outcome.value.valid;
      const result = outcome.ok && outcome.value.valid ? (outcome.value.result ?? output.raw) : null;
      span.end(completed({ success, result, error }));
    },
  });
}

const verdictSchema = answerSchema(z.object({ valid: z.boolean(), feedback: z.string().nullable() }));

/** Has a separate agent judge by a rule in words, as in CrewAI: outside the task's identity. */
async function judge(scope: Scope, rule: string, { output, model }: Check): Promise<Verdict> {
  const agent = agentFrom(scope, "guardrail", {
    role: "Guardrail Agent",
    goal: "Validate the output of the task",
    backstory: "You judge results by the rule you are given and nothing else, and you say what is wrong with them.",
  });
  const prompt = [
    `The rule: ${rule}`,
    `The result:\n${output.raw}`,
    `Does the result keep to the rule? Answer with JSON only, that fits this JSON Schema:\n${JSON.stringify(verdictSchema.json)}`,
    "Give the reason in feedback when it does not.",
  ].join("\n\n");
  const answer = await runLiteAgent(scope.at("judge"), {
    agent,
    model,
    prompt,
    tools: [],
    responseSchema: { name: "verdict", schema: verdictSchema.json },
  });
  const read = readJson(answer.text, verdictSchema);
  if (!read.ok) return { valid: false, feedback: `The guardrail's judgement could not be read: ${read.error}` };
  const { valid, feedback } = read.value as { valid: boolean; feedback: string | null };
  return valid ? { valid } : { valid, feedback: feedback ?? `It does not keep to the rule: ${rule}` };
}
