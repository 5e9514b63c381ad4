import { z } from "zod";
import type { Store } from "../store.ts";

const keptRequests = 500;
const keptForSeconds = 24 * 60 * 60;

/** A webhook request as the development inspector received it. */
export const inspectedRequestSchema = z.object({
  at: z.number(),
  verified: z.boolean(),
  problem: z.string().optional(),
  /** The status of our response. */
  status: z.number().optional(),
  headers: z.record(z.string(), z.string()),
  body: z.string(),
});
export type InspectedRequest = z.infer<typeof inspectedRequestSchema>;

/** Stores a request under a name: the newest 500, for a day. */
export async function keepInspected(store: Store, name: string, request: InspectedRequest): Promise<void> {
  const key = store.keys.inspector(name);
  await Promise.all([
    store.redis.lpush(key, JSON.stringify(request)),
    store.redis.ltrim(key, 0, keptRequests - 1),
    store.redis.expire(key, keptForSeconds),
  ]);
}

/** The stored requests of a name, newest first. */
export async function readInspected(store: Store, name: string, limit = keptRequests): Promise<InspectedRequest[]> {
  const texts = await store.redis.lrange(store.keys.inspector(name), 0, limit - 1);
  return texts.map((text) => inspectedRequestSchema.parse(JSON.parse(text)));
}

export async function clearInspected(store: Store, name: string): Promise<void> {
  await store.redis.del(store.keys.inspector(name));
}
