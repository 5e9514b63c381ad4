import { z } from "zod";
import { timeSchema } from "./page.ts";

/** A live process of the deployment. */
export const processViewSchema = z.object({
  id: z.string(),
  kind: z.enum(["api", "crew", "delivery"]),
  host: z.string(),
  pid: z.number().int(),
  started_at: timeSchema,
});
