import type { TaskOutput } from "../task/task-output.ts";

/** What a guardrail says: the output is good, or replaced by a better text, or must be done again for this reason. */
export type Verdict = { valid: true; result?: string } | { valid: false; feedback: string };

export type GuardrailFunction = (output: TaskOutput) => Verdict | Promise<Verdict>;

/** A check of an output: in words that a model judges by, a function, or a function with a name for events. */
export type Guardrail = string | GuardrailFunction | { name: string; check: GuardrailFunction };

/** How events name a guardrail. Never its source text, which CrewAI sends. */
export function guardrailName(guardrail: Guardrail): string {
  if (typeof guardrail === "string") return guardrail;
  const name = typeof guardrail === "function" ? guardrail.name : guardrail.name;
  return name === "" ? "guardrail" : name;
}
