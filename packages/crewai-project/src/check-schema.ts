import type { z } from "zod";
import { within, type Findings, type Location } from "./finding.ts";
import { nearestName } from "./nearest-name.ts";
import type { Path } from "./documents/document.ts";
import { pruned } from "./prune.ts";
import { runtimeKeys } from "./schema/crew-schema.ts";
import { noteOf, stands, type KeyNote } from "./schema/keys.ts";
import { checkSupport, pythonRefsIn } from "./check-support.ts";
import { schemaAt, shapeOf, valueAt, writtenAt } from "./schema/schema-at.ts";

/**
 * Validates a value of a project file: every error is a finding with its location, and so is every key that has no
 * effect here. Returns the value without the invalid keys, so that the rest can be checked; undefined if too little is
 * left.
 */
export function checkSchema<S extends z.ZodType>(
  schema: S,
  place: Location,
  value: unknown,
  findings: Findings,
): z.output<S> | undefined {
  const refs = pythonRefsIn(value);
  for (const { path, name } of refs) {
    const note = noteAt(schema, path, value);
    const stand = stands[note?.instead ?? "function"].replaceAll("NAME", name.split(/[.:]/).at(-1) ?? name);
    findings.error(within(place, ...path), `${JSON.stringify(name)} is Python, which does not run here`, stand);
  }
  const underRef = (path: readonly PropertyKey[]): boolean =>
    refs.some((ref) => ref.path.every((part, index) => path[index] === part));
  const parsed = schema.safeParse(value);
  for (const issue of parsed.success ? [] : flatten(parsed.error.issues)) {
    if (underRef(issue.path)) continue;
    report(issue, schema, place, value, findings);
  }
  checkSupport(schema, place, value, findings);
  return parsed.success ? parsed.data : pruned(schema, value);
}

type Issue = z.core.$ZodIssue;

/** Issues of a union are replaced by those of the one member that the value was meant to be, if that is clear. */
function flatten(issues: readonly Issue[], prefix: Path = []): Issue[] {
  return issues.flatMap((issue): Issue[] => {
    const path = [...prefix, ...(issue.path as Path)];
    if (issue.code === "invalid_union") {
      const deeper = issue.errors.filter((errors) => errors.every(({ path }) => path.length > 0 || isKeys(errors)));
      const best = deeper.length === 1 ? deeper[0] : deeper.sort((a, b) => badness(a) - badness(b))[0];
      if (best !== undefined && best.length > 0) return flatten(best, path);
    }
    return [{ ...issue, path }];
  });
}

const isKeys = (errors: readonly Issue[]): boolean =>
  errors.every((issue) => issue.code === "unrecognized_keys" || issue.path.length > 0);
const badness = (errors: readonly Issue[]): number =>
  errors.reduce((sum, issue) => sum + (issue.code === "unrecognized_keys" ? issue.keys.length : 1), 0);

/** Adds the finding of an issue. */
function report(issue: Issue, schema: z.ZodType, place: Location, root: unknown, findings: Findings): void {
  const path = issue.path as Path;
  if (issue.code === "unrecognized_keys") {
    const owner = schemaAt(schema, path, root);
    const known = Object.keys(shapeOf(owner) ?? {});
    for (const name of issue.keys) {
      const at = within(place, ...path, name);
      const near = nearestName(name, known);
      const hint = near === undefined ? undefined : `did you mean ${JSON.stringify(near)}?`;
      if (runtimeKeys.has(name)) {
        findings.error(at, `${JSON.stringify(name)} is set by a run and cannot be written in a project`);
      } else findings.error(at, `unknown key ${JSON.stringify(name)}`, hint ?? knownHint(known));
    }
    return;
  }
  const value = valueAt(root, path);
  if (value === undefined && path.length > 0 && issue.code !== "invalid_key") {
    findings.error(within(place, ...path.slice(0, -1)), `${JSON.stringify(path.at(-1))} is required`);
  } else findings.error(within(place, ...path), ...sentence(issue, value));
}

function knownHint(known: readonly string[]): string | undefined {
  return known.length === 0 || known.length > 14 ? undefined : `known: ${known.join(", ")}`;
}

function sentence(issue: Issue, value: unknown): [message: string, hint?: string] {
  if (issue.code === "invalid_type") return [`must be ${nounOf(issue.expected)}, not ${kindOf(value)}`];
  if (issue.code === "invalid_value") {
    const choices = issue.values.map(String);
    const near = typeof value === "string" ? nearestName(value, choices) : undefined;
    const message = `must be ${choices.length > 1 ? "one of " : ""}${choices.map((each) => JSON.stringify(each)).join(", ")}`;
    return near === undefined ? [message] : [message, `did you mean ${JSON.stringify(near)}?`];
  }
  if (issue.code === "too_small" && (issue.origin === "array" || issue.origin === "string"))
    return ["must not be empty"];
  if (issue.code === "too_small") return [`must be at least ${String(issue.minimum)}`];
  if (issue.code === "too_big") return [`must be at most ${String(issue.maximum)}`];
  if (issue.code === "invalid_union" && issue.discriminator !== undefined) {
    return [`${JSON.stringify(issue.discriminator)} is not a known kind`, optionsOf(issue)];
  }
  return [issue.message.charAt(0).toLowerCase() + issue.message.slice(1)];
}

function optionsOf(issue: Issue): string {
  const options = "options" in issue && Array.isArray(issue.options) ? issue.options.map(String) : [];
  return options.length > 0 ? `known: ${options.join(", ")}` : "see docs/automations.md for the kinds";
}

function nounOf(expected: string): string {
  const nouns: Readonly<Record<string, string>> = {
    string: "a string",
    number: "a number",
    int: "a whole number",
    boolean: "true or false",
    array: "a list",
    object: "an object",
    record: "an object",
  };
  return nouns[expected] ?? expected;
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "an object";
  if (typeof value === "string") return value.length > 40 ? "a string" : `the string ${JSON.stringify(value)}`;
  return JSON.stringify(value);
}

/** The note of the innermost key on a path that has one. */
function noteAt(schema: z.ZodType, path: Path, value: unknown): KeyNote | undefined {
  for (let length = path.length; length > 0; length -= 1) {
    const found = writtenAt(schema, path.slice(0, length), value);
    const note = found === undefined ? undefined : noteOf(found);
    if (note !== undefined) return note;
  }
  return undefined;
}
