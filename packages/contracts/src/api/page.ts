import { z } from "zod";

/** A page of a list; `next_cursor` is passed back as `cursor` for the next page, null if there is none. */
export function pageOf<Schema extends z.ZodType>(item: Schema) {
  return z.object({ items: z.array(item), next_cursor: z.string().nullable() });
}

/** A time in the API's responses: ISO 8601, UTC. */
export const timeSchema = z.iso.datetime();

/** The query of every list. */
export const pageQuerySchema = z.object({
  limit: z.coerce
    .number("a whole number from 1 to 200")
    .int()
    .min(1)
    .max(200)
    .default(50)
    .describe("Maximum number of items in a page"),
  cursor: z.string().max(2000).optional().describe("`next_cursor` of the previous page"),
});
