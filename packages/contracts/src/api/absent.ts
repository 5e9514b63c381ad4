import { z } from "zod";

/**
 * An optional field for which `null`, `""` and absence are the same. AMP's clients send all three: Semantic Kernel
 * `null`, the dashboard's bodies `""`.
 */
export function absentable<Schema extends z.ZodType>(schema: Schema) {
  return z.preprocess((value) => (value === null || value === "" ? undefined : value), schema.optional());
}
