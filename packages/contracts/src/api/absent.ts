import { z } from "zod";

/**
 * An optional field of a body for which `null`, `""` and absence are the same. AMP's clients send all three: Semantic
 * Kernel `null`, the dashboard's bodies `""`. As JSON Schema it says that null is accepted.
 */
export function absentable<Schema extends z.ZodType>(schema: Schema) {
  // Null never arrives at the inner schema, which names it for the JSON Schema only: so it is none of the output.
  return z.preprocess(toAbsent, schema.nullable().optional()) as unknown as ReturnType<typeof emptyAsAbsent<Schema>>;
}

/** The same for parameters of a query or a header, which cannot be null, and for a schema that takes null anyhow. */
export function emptyAsAbsent<Schema extends z.ZodType>(schema: Schema) {
  return z.preprocess(toAbsent, schema.optional());
}

/** Whether a client that sent this said nothing. */
export function isAbsent(value: unknown): value is undefined | null | "" {
  return value === undefined || value === null || value === "";
}

function toAbsent(value: unknown): unknown {
  return isAbsent(value) ? undefined : value;
}
