import { z } from "zod";
import type { Store } from "../store.ts";

/** Which deliveries a bulk operation applies to. */
export const bulkFilterSchema = z.object({
  state: z.enum(["retrying", "dead"]),
  endpoint: z.string().optional(),
  executionId: z.string().optional(),
  /** Of executions that the token with this name started. */
  token: z.string().optional(),
  outcome: z.string().optional(),
  status: z.number().int().optional(),
  reason: z.string().optional(),
});
export type BulkFilter = z.infer<typeof bulkFilterSchema>;

const bulkSchema = z.object({
  action: z.enum(["retry", "discard"]).default("retry"),
  filter: bulkFilterSchema,
  state: z.enum(["running", "finished"]),
  total: z.number(),
  done: z.number(),
  /** Left as they were: of a retry those whose endpoint is paused, of a discard those in flight. */
  skipped: z.number().default(0),
  startedAt: z.number(),
  position: z
    .object({ partition: z.number(), before: z.object({ id: z.string(), at: z.number() }).optional() })
    .optional(),
});
export type Bulk = z.output<typeof bulkSchema>;

const keptForSeconds = 24 * 3600;

/** A bulk operation's filter and progress; undefined a day after its last step. */
export async function readBulk(store: Store, id: string): Promise<Bulk | undefined> {
  const text = await store.redis.get(store.keys.bulk(id));
  return text === null ? undefined : bulkSchema.parse(JSON.parse(text));
}

export async function writeBulk(store: Store, id: string, bulk: z.input<typeof bulkSchema>): Promise<void> {
  await store.redis.set(store.keys.bulk(id), JSON.stringify(bulk), "EX", keptForSeconds);
}
