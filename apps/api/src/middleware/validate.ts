import { AppError, ErrorCode } from "@crewstream/contracts";
import type { z } from "zod";

type Path = readonly PropertyKey[];
type Issue = Pick<z.core.$ZodIssue, "path" | "message">;

/** Of a body that is wrong all over, so many are enough to see it. */
const maxProblems = 20;
/** A message may name what was sent, which may be long. */
const maxText = 500;

/**
 * Parses what a client sent.
 * @throws AppError `invalid_input` whose message names the first wrong field and what is allowed there, and whose
 *   details name all of them
 */
export function parseInput<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues
    .slice(0, maxProblems)
    .flatMap((issue) => precise(issue))
    .slice(0, maxProblems)
    .map(({ path, message }) => ({ path: pathText(path).slice(0, maxText), message: message.slice(0, maxText) }));
  const [first] = problems;
  const message = first === undefined ? "The request is not valid." : sentence(first);
  throw new AppError(message, {
    code: ErrorCode.invalidInput,
    details: { path: first?.path ?? "", problems },
  });
}

/**
 * Of a value that fits no form of a union, what is wrong with the form it is closest to: an object is not told that it is
 * no list. Where none is closest, the union's own sentence says what they are.
 */
function precise(issue: z.core.$ZodIssue): Issue[] {
  if (issue.code !== "invalid_union") return [issue];
  const meant = issue.errors.filter((issues) =>
    issues.every(({ path, code }) => path.length > 0 || code !== "invalid_type"),
  );
  const [closest, next] = meant.toSorted((one, other) => one.length - other.length);
  if (closest === undefined || closest.length === next?.length) return [issue];
  return closest.flatMap(precise).map(({ path, message }) => ({ path: [...issue.path, ...path], message }));
}

/** `["webhooks", 1, "url"]` as a person writes it: `webhooks[1].url`. */
export function pathText(path: Path): string {
  return path
    .map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`))
    .join("")
    .replace(/^\./, "");
}

function sentence({ path, message }: { path: string; message: string }): string {
  return `${path === "" ? "The request" : path}: ${message}`;
}
