import { AppError, ErrorCode } from "@crewstream/contracts";
import type { z } from "zod";

type Path = readonly PropertyKey[];
type Issue = Pick<z.core.$ZodIssue, "path" | "message">;

/** Number of errors listed for a body with many. */
const maxProblems = 20;
/** A message may quote what was sent, which may be long. */
const maxText = 500;

/**
 * Parses a client's input.
 * @throws AppError `invalid_input` whose message names the first invalid field and what is allowed there, and whose
 * details name all of them
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
 * For a value that fits no member of a union, the errors of the closest member: an object gets no error about not being
 * a list. If none is closest, the union's own message describes the members.
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

/** `["webhooks", 1, "url"]` as people write it: `webhooks[1].url`. */
export function pathText(path: Path): string {
  return path
    .map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`))
    .join("")
    .replace(/^\./, "");
}

function sentence({ path, message }: { path: string; message: string }): string {
  return `${path === "" ? "The request" : path}: ${message}`;
}
