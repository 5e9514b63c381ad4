/** Field names whose values are never logged, at any depth that log lines have. */
export const secretFields: ReadonlySet<string> = new Set([
  "authorization",
  "authentication",
  "token",
  "password",
  "secret",
  "signingSecret",
  "sealedSecrets",
]);

const depth = 3;

/**
 * The fields of a log line with secrets hidden, three levels deep, not counting arrays; objects without secrets are
 * returned unchanged. pino's own `redact` does the same by wildcard paths, and took 12 of a line's 18 µs.
 */
export function hideSecrets(fields: Record<string, unknown>, levels = depth): Record<string, unknown> {
  let shown = fields;
  for (const [name, value] of Object.entries(fields)) {
    const hidden = hide(name, value, levels);
    if (hidden === value) continue;
    if (shown === fields) shown = { ...fields };
    shown[name] = hidden;
  }
  return shown;
}

function hide(name: string, value: unknown, levels: number): unknown {
  if (secretFields.has(name)) return "[secret]";
  if (levels === 1 || typeof value !== "object" || value === null || !isPlain(value)) return value;
  return Array.isArray(value)
    ? value.map((item: unknown) => hide("", item, levels))
    : hideSecrets(value as Record<string, unknown>, levels - 1);
}

/** Errors have their own serializer, and objects with toJSON decide themselves what they show. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null || Array.isArray(value);
}
