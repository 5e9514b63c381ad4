import { AppError, ErrorCode } from "@crewstream/contracts";
import type { z } from "zod";
import type { Environment } from "../env.ts";
import { secretVariables } from "./secret-variables.ts";

/**
 * Reads a process's configuration. An empty variable counts as absent, since compose files set absent ones to "".
 * @throws AppError `configuration` that lists every bad variable at once, without its value (it may be a secret).
 */
export function loadConfig<Schema extends z.ZodObject>(schema: Schema, env: Environment): z.output<Schema> {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ""));
  const parsed = schema.safeParse(present);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => {
    const name = issue.path.join(".");
    const missing = issue.code === "invalid_type" && !(name in present);
    return `${name}: ${missing ? "is required" : issue.message}`;
  });
  throw new AppError(`Invalid environment:\n  ${problems.join("\n  ")}`, { code: ErrorCode.configuration });
}

/** Secrets of the deployment that a process was given although its schema does not name them. */
export function unneededSecrets(env: Environment, schema: z.ZodObject): string[] {
  return secretVariables.filter((name) => env[name] && !(name in schema.shape));
}
