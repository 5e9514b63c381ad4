import { z } from "zod";

/**
 * An optional field of a body for which `null`, `""` and absence mean the same. AMP's clients send all three: Semantic
 * Kernel `null`, the dashboard's bodies `""`. Its JSON Schema says that null is accepted.
 */
export function absentable<Schema extends z.ZodType>(schema: Schema) {
  // Null never reaches the inner schema, which names it only for the JSON Schema, so it is not in the output type.
  return z.preprocess(toAbsent, schema.nullable().optional()) as unknown as ReturnType<typeof emptyAsAbsent<Schema>>;
}

/** The same for query and header parameters, which cannot be null, and for schemas that accept null anyway. */
export function emptyAsAbsent<Schema extends z.ZodType>(schema: Schema) {
  return z.preprocess(toAbsent, schema.optional());
}

/** Whether a value that a client sent counts as absent. */
export function isAbsent(value: unknown): value is undefined | null | "" {
  return value === undefined || value === null || value === "";
}

function toAbsent(value: unknown): unknown {
  return isAbsent(value) ? undefined : value;
}
