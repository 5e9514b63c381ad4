import type { Guardrail, GuardrailFunction, TaskOutput, Verdict } from "@crewstream/crew";
import { compileCel } from "../cel/evaluate.ts";
import { within, type Location } from "../finding.ts";
import type { Project } from "../project.ts";
import { isCel, isTs, type CelReference, type TsReference } from "../schema/references.ts";
import type { GuardrailValue } from "../schema/values.ts";
import { aFunction, tsExport } from "./ts-exports.ts";

type Reference = CelReference | TsReference | { python: string };
type Callable = (...args: never[]) => unknown;

/** The function that a callback names; undefined if it is not set, or, with a finding, does not exist. */
export async function readCallback<F extends Callable>(
  project: Project,
  value: Reference | null | undefined,
  at: Location,
): Promise<F | undefined> {
  return isTs(value) ? tsExport(project, value, at, aFunction<F>()) : undefined;
}

type OutputCheck = (output: TaskOutput) => unknown;

/** A predicate over an output: a function, or CEL over `output`. */
async function outputCheck(
  project: Project,
  value: Reference | null | undefined,
  at: Location,
): Promise<OutputCheck | undefined> {
  if (isTs(value)) return tsExport(project, value, at, aFunction<OutputCheck>());
  if (!isCel(value)) return undefined;
  try {
    const evaluate = compileCel(value.cel, ["output"]);
    return (output) => evaluate({ output });
  } catch (error) {
    project.findings.error(within(at, "cel"), `the expression is invalid: ${(error as Error).message}`);
    return undefined;
  }
}

/** A conditional task's condition. It throws for anything but true and false. */
export async function readPredicate(
  project: Project,
  value: Reference | null | undefined,
  at: Location,
): Promise<((output: TaskOutput) => Promise<boolean>) | undefined> {
  const check = await outputCheck(project, value, at);
  return (
    check &&
    (async (output) => {
      const holds = await check(output);
      if (typeof holds !== "boolean")
        throw new Error(`a condition must return true or false, not ${JSON.stringify(holds)}`);
      return holds;
    })
  );
}

/** A guardrail: a text is applied by a model, a reference becomes a check. */
export async function readGuardrail(
  project: Project,
  value: GuardrailValue | null | undefined,
  at: Location,
): Promise<Guardrail | undefined> {
  if (typeof value === "string") return value;
  const check = await outputCheck(project, value, at);
  if (check === undefined) return undefined;
  const name = isTs(value) ? (value.ts.split("#")[1] ?? value.ts) : isCel(value) ? value.cel : "guardrail";
  const judge: GuardrailFunction = async (output) => verdictOf(await check(output), name);
  return { name, check: judge };
}

/**
 * A check's result as a verdict: true or false; `{valid, feedback?, result?}`; or CrewAI's pair `[valid, text]`, whose
 * text is the new output or the reason. Anything else is an error of the check.
 */
export function verdictOf(given: unknown, name: string): Verdict {
  const refused = `it does not pass the check ${name}`;
  if (given === true) return { valid: true };
  if (given === false) return { valid: false, feedback: refused };
  const [valid, text] = Array.isArray(given)
    ? [given[0] as unknown, given[1] as unknown]
    : typeof given === "object" && given !== null && "valid" in given
      ? [given.valid, given.valid === true ? fieldOf(given, "result") : fieldOf(given, "feedback")]
      : [undefined, undefined];
  if (valid === true) return typeof text === "string" ? { valid: true, result: text } : { valid: true };
  if (valid === false) return { valid: false, feedback: typeof text === "string" && text !== "" ? text : refused };
  throw new Error(`the guardrail ${name} must return true, false, {valid, feedback} or [valid, text]`);
}

function fieldOf(given: object, name: string): unknown {
  return (given as Readonly<Record<string, unknown>>)[name];
}
