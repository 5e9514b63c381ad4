import { closeSync, readFileSync } from "node:fs";
import { z } from "zod";
import { isSecretVariable } from "./config/secret-variables.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** Names the descriptor on which a supervisor passes secrets to a process, as a JSON object of variables. */
export const secretsDescriptor = "CREWSTREAM_SECRETS_FD";

/** The process's environment; the only place that reads it. */
export function environment(): Environment {
  return process.env;
}

/**
 * Takes the environment and the secrets that were passed on a descriptor: the descriptor is closed, and
 * `process.env` no longer contains a secret of the deployment, so neither a thread, a child process nor a diagnostic
 * report gets one. `/proc/PID/environ` keeps showing the environment the process was started with; only
 * what came on the descriptor is not in it.
 */
export function takeEnvironment(): Environment {
  const descriptor = process.env[secretsDescriptor];
  const taken = { ...process.env, ...(descriptor === undefined ? {} : readSecrets(Number(descriptor))) };
  for (const name of Object.keys(process.env)) {
    if (isSecretVariable(name) || name === secretsDescriptor) delete process.env[name];
  }
  return taken;
}

function readSecrets(descriptor: number): Record<string, string> {
  try {
    return z.record(z.string(), z.string()).parse(JSON.parse(readFileSync(descriptor, "utf8")));
  } finally {
    closeSync(descriptor);
  }
}
