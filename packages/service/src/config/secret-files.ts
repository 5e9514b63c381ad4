import { readFileSync } from "node:fs";
import { AppError, ErrorCode, errorMessage } from "@crewstream/contracts";
import type { Environment } from "../env.ts";
import { secretVariables } from "./secret-variables.ts";

/** `NAME_FILE` for each variable that may contain a secret: the file with its value. */
export const secretFileVariables: readonly string[] = secretVariables.map(fileVariable);

function fileVariable(name: string): string {
  return `${name}_FILE`;
}

/**
 * The environment with the values of the files that `NAME_FILE` variables name, as Docker and Kubernetes mount secrets.
 * A trailing line break is removed.
 * @throws AppError `configuration` for a file that cannot be read, and for a secret that is set both ways
 */
export function withSecretFiles(env: Environment): Environment {
  const read = Object.fromEntries(
    secretVariables.flatMap((name) => {
      const file = env[fileVariable(name)];
      return file ? [[name, readSecret(name, file, env)]] : [];
    }),
  );
  const others = Object.entries(env).filter(([name]) => !secretFileVariables.includes(name));
  return { ...Object.fromEntries(others), ...read };
}

function readSecret(name: string, file: string, env: Environment): string {
  const variable = fileVariable(name);
  if (env[name]) throw unusable(`${name} and ${variable} are both set: remove one of them`);
  try {
    return readFileSync(file, "utf8").replace(/\r?\n$/, "");
  } catch (cause) {
    throw unusable(`${variable}: ${errorMessage(cause)}`, cause);
  }
}

function unusable(problem: string, cause?: unknown): AppError {
  return new AppError(`Invalid environment:\n  ${problem}`, { code: ErrorCode.configuration, cause });
}
