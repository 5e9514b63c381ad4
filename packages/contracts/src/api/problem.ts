import { z } from "zod";

/**
 * The body of every error. `error` and `message` are what AMP's OpenAPI file documents, `detail` is what its live
 * servers send (FastAPI's key), so a client written for either finds a text.
 */
export const problemSchema = z.object({
  error: z.string().describe("A title, the same for every error of its kind"),
  message: z.string().describe("A sentence that says what is wrong and what to do"),
  detail: z.string(),
  details: z
    .record(z.string(), z.unknown())
    .optional()
    .describe("Facts that a program can use, such as `missing_inputs`, `path` or `code`"),
});
export type Problem = z.infer<typeof problemSchema>;
