import type { Variables } from "./variables.ts";

/** The variables whose value is or may contain a secret, like a URL with a password. */
export const secretVariables = [
  "API_TOKENS",
  "REDIS_URL",
  "REDIS_PASSWORD",
  "REDIS_SENTINEL_PASSWORD",
  "ENCRYPTION_KEY",
  "WEBHOOK_SIGNING_SECRET",
  "OPERATIONS_WEBHOOK_URL",
] as const satisfies readonly (keyof Variables)[];

/** OpenTelemetry's variables that contain the key of the trace collector. */
export const collectorKeys = ["OTEL_EXPORTER_OTLP_HEADERS", "OTEL_EXPORTER_OTLP_TRACES_HEADERS"] as const;

const secretNames: ReadonlySet<string> = new Set([...secretVariables, ...collectorKeys]);

/** Whether a variable is kept out of a process's environment if possible. */
export function isSecretVariable(name: string): boolean {
  return secretNames.has(name);
}
