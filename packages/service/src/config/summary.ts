import { Secret } from "./secret.ts";

/** A configuration for the startup log: secrets are `set` or `unset`, everything else is shown. */
export function summarize(config: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(config)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, isSecret(value) ? "set" : name === "REDIS_URL" ? withoutPassword(value) : value]),
  );
}

function isSecret(value: unknown): boolean {
  return (
    value instanceof Secret ||
    (Array.isArray(value) && value.length > 0 && value.every((each) => each instanceof Secret))
  );
}

function withoutPassword(url: unknown): string {
  return String(url).replace(/\/\/[^@/]*@/, "//[secret]@");
}
