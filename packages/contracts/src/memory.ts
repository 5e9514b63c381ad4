import { z } from "zod";

/** Something that automations remember between runs, in CrewAI's fields: as in events, the store and the API. */
export const memoryRecordSchema = z.object({
  id: z.string(),
  content: z.string(),
  /** Path that it is stored at, e.g. `/crew/research/agent/writer`. */
  scope: z.string(),
  categories: z.array(z.string()),
  metadata: z.record(z.string(), z.unknown()),
  /** 0 to 1. */
  importance: z.number(),
  /** ISO 8601, UTC. */
  created_at: z.string(),
  /** When it was last written. ISO 8601, UTC. */
  last_accessed: z.string(),
  source: z.string().nullable(),
  private: z.boolean(),
});
export type MemoryRecord = z.infer<typeof memoryRecordSchema>;

/**
 * Whether a memory's path equals another one or is below it; both without a trailing slash, except for the root, `/`.
 */
export function liesWithin(path: string, scope: string): boolean {
  return scope === "/" || path === scope || path.startsWith(`${scope}/`);
}
