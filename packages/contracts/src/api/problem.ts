import { z } from "zod";

/**
 * The body of every error. `error` and `message` are what AMP's OpenAPI file documents, `detail` is what its live
 * servers send (FastAPI's key), so a client written against either reads something.
 */
export const problemSchema = z.object({
  /** A title, the same for every error of its kind. */
  error: z.string(),
  /** A sentence that says what is wrong and what to do. */
  message: z.string(),
  detail: z.string(),
  /** Facts that a program can use, such as `missing_inputs`, `path` or `code`. */
  details: z.record(z.string(), z.unknown()).optional(),
});
export type Problem = z.infer<typeof problemSchema>;
