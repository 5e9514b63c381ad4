import type { TaskOutput } from "../task/task-output.ts";

/** A guardrail's verdict: the output is valid, is replaced by a better text, or must be redone for the given reason. */
export type Verdict = { valid: true; result?: string } | { valid: false; feedback: string };

export type GuardrailFunction = (output: TaskOutput) => Verdict | Promise<Verdict>;

/** A check of an output: a rule in words that a model applies, a function, or a function with a name for events. */
export type Guardrail = string | GuardrailFunction | { name: string; check: GuardrailFunction };

/** A guardrail's name in events. Never its source text, which CrewAI sends. */
export function guardrailName(guardrail: Guardrail): string {
  if (typeof guardrail === "string") return guardrail;
  const name = typeof guardrail === "function" ? guardrail.name : guardrail.name;
  return name === "" ? "guardrail" : name;
}
