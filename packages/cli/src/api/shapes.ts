import { executionStateSchema, usageSchema } from "@crewstream/contracts";
import { z } from "zod";

/** The part of the API's answers that commands show; more fields may come with them. */
export const kickoffAnswerSchema = z.looseObject({
  kickoff_id: z.string(),
  warnings: z.array(z.unknown()).optional(),
});

export const executionSchema = z.looseObject({
  id: z.string(),
  automation: z.string(),
  kind: z.enum(["crew", "flow"]),
  state: executionStateSchema,
  created_at: z.string(),
  started_at: z.string().nullable(),
  ended_at: z.string().nullable(),
  events: z.number(),
  error: z.string().nullable(),
  usage: usageSchema.partial().nullable(),
  progress: z
    .object({ unit: z.string(), completed: z.number(), total: z.number().nullable(), current: z.string().nullable() })
    .nullable(),
  result: z.unknown(),
});
export type Execution = z.output<typeof executionSchema>;

export const automationListSchema = z.looseObject({
  items: z.array(
    z.looseObject({
      name: z.string(),
      kind: z.enum(["crew", "flow"]),
      description: z.string(),
      inputs: z.array(z.string()),
      workers: z.number().optional(),
    }),
  ),
});

/** A path segment made of a value that a person typed. */
export function segment(value: string): string {
  return encodeURIComponent(value);
}
