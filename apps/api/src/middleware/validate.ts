import { AppError, ErrorCode } from "@crewstream/contracts";
import type { z } from "zod";

type Path = readonly PropertyKey[];

export interface ParseOptions {
  /** Shown instead of the parsed path, where the schema's path is not the caller's. */
  path?: (path: Path) => Path;
}

/**
 * Parses what a client sent.
 * @throws AppError `invalid_input` whose message names the first wrong field and what is allowed there, and whose
 *   details name all of them
 */
export function parseInput<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
  options: ParseOptions = {},
): z.output<Schema> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.slice(0, 20).map((issue) => ({
    path: pathText(options.path?.(issue.path) ?? issue.path),
    message: issue.message,
  }));
  const [first] = problems;
  const message = first === undefined ? "The request is not valid." : sentence(first);
  throw new AppError(message, {
    code: ErrorCode.invalidInput,
    details: { path: first?.path ?? "", problems },
  });
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
