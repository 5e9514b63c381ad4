/** Field names whose values never reach a log line, at any of the depths that our lines have. */
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
 * The fields of a log line with secrets hidden, three levels deep, lists not counted; what holds none is passed on as
 * it is. pino's own `redact` does the same by wildcard paths, and took 12 of a line's 18 µs.
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

/** Errors have a serializer of their own, and what turns itself into JSON knows what it shows. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null || Array.isArray(value);
}
