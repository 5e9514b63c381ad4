/** JSON as contained in events, journal rows and results. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/**
 * Converts any value to plain JSON: dates in ISO 8601, errors as their message, sets and maps as lists and objects,
 * functions and undefined omitted, circular references cut. `undefined` itself becomes null.
 */
export function toJson(value: unknown): Json {
  return convert(value, []) ?? null;
}

/** The same for the fields of an event. */
export function toJsonFields(fields: Readonly<Record<string, unknown>>): Record<string, Json> {
  return entries(Object.entries(fields), [fields]);
}

function convert(value: unknown, above: readonly unknown[]): Json | undefined {
  if (typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value === "bigint") return value.toString();
  if (typeof value !== "object") return undefined;
  return value === null ? null : convertObject(value, above);
}

function convertObject(value: object, above: readonly unknown[]): Json | undefined {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof Error) return value.message;
  if (above.includes(value)) return "[circular]";
  const path = [...above, value];
  if ("toJSON" in value && typeof value.toJSON === "function") return convert(value.toJSON(), path);
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (value instanceof Map)
    return entries(
      [...value].map(([key, item]) => [String(key), item]),
      path,
    );
  if (Array.isArray(value) || value instanceof Set) return [...value].map((item) => convert(item, path) ?? null);
  return entries(Object.entries(value), path);
}

function entries(list: [string, unknown][], path: readonly unknown[]): Record<string, Json> {
  const plain: Record<string, Json> = {};
  for (const [key, item] of list) {
    const converted = convert(item, path);
    if (converted !== undefined) plain[key] = converted;
  }
  return plain;
}
