import { z } from "zod";

/** A page of a list; `next_cursor` is given back as `cursor` for the page after it, null when there is none. */
export function pageOf<Schema extends z.ZodType>(item: Schema) {
  return z.object({ items: z.array(item), next_cursor: z.string().nullable() });
}

/** A moment in the API's answers: ISO 8601, UTC. */
export const timeSchema = z.iso.datetime();

/** The query of every list. */
export const pageQuerySchema = z.object({
  limit: z.coerce
    .number("a whole number from 1 to 200")
    .int()
    .min(1)
    .max(200)
    .default(50)
    .describe("Most items of a page"),
  cursor: z.string().max(2000).optional().describe("`next_cursor` of the page before"),
});
