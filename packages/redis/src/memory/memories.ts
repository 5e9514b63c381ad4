import { liesWithin, memoryRecordSchema, type MemoryRecord } from "@crewstream/contracts";
import { z } from "zod";
import { runScript } from "../scripts.ts";
import type { Store } from "../store.ts";

/** The memories of an automation that has saved nothing for this long expire. */
const keptMs = 365 * 86_400_000;
/** Missing vectors of knowledge are computed again; an automation's are all dropped once there are more than these. */
const maxVectors = 10_000;
const vectorsKeptMs = 30 * 86_400_000;

const headSchema = z.object({
  record: memoryRecordSchema,
  embedder: z.string().nullable(),
  revision: z.number(),
  change: z.string(),
  worth: z.number(),
});

/** A memory as a run reads and writes it. */
export type KeptMemory = z.infer<typeof headSchema> & { vector: string | null };

/** What one save changes; see the crew package's `MemoryChange`. */
export interface MemoriesChange {
  id: string;
  insert: readonly KeptMemory[];
  update: readonly { memory: KeptMemory; otherwise: KeptMemory }[];
  remove: readonly string[];
  limit: number;
}

/** All memories of an automation, with the vectors. */
export async function readMemories(store: Store, automation: string): Promise<KeptMemory[]> {
  const keys = store.keys.memories(automation);
  const [heads, vectors] = await Promise.all([store.redis.hgetall(keys.records), store.redis.hgetall(keys.vectors)]);
  return Object.entries(heads).map(([id, head]) =>
    Object.assign(headSchema.parse(JSON.parse(head)), { vector: vectors[id] ?? null }),
  );
}

/** Applies all changes of a save. Repeating it changes nothing more. */
export async function changeMemories(store: Store, automation: string, change: MemoriesChange): Promise<void> {
  const { records, vectors, worths } = store.keys.memories(automation);
  const fields = ({ vector, ...head }: KeptMemory): (string | number)[] => [
    head.record.id,
    JSON.stringify(head),
    vector ?? "",
    head.worth,
  ];
  await runScript(
    store.redis,
    "change-memories",
    [records, vectors, worths],
    [
      change.id,
      change.limit,
      keptMs,
      change.insert.length,
      change.update.length,
      ...change.insert.flatMap(fields),
      ...change.update.flatMap(({ memory, otherwise }) => [
        ...fields(memory),
        memory.revision - 1,
        ...fields(otherwise),
      ]),
      ...change.remove,
    ],
  );
}

/** The memories of an automation, at or below a path if one is given, newest first, without the vectors. */
export async function listMemories(store: Store, automation: string, scope?: string): Promise<MemoryRecord[]> {
  const heads = await store.redis.hvals(store.keys.memories(automation).records);
  const path = (scope ?? "").replace(/\/+$/, "") || "/";
  const records = heads
    .map((head) => headSchema.parse(JSON.parse(head)).record)
    .filter((record) => liesWithin(record.scope, path));
  return records.sort((one, other) => other.created_at.localeCompare(one.created_at) || one.id.localeCompare(other.id));
}

/** Deletes one memory. @returns false if there is none with this id */
export async function forgetMemory(store: Store, automation: string, id: string): Promise<boolean> {
  return (await forget(store, automation, [id])) === 1;
}

/** Deletes all memories of an automation, or those at or below a path. @returns how many there were */
export async function forgetMemories(store: Store, automation: string, scope?: string): Promise<number> {
  if (scope !== undefined) {
    const ids = (await listMemories(store, automation, scope)).map(({ id }) => id);
    return ids.length === 0 ? 0 : forget(store, automation, ids);
  }
  const { records, vectors, worths } = store.keys.memories(automation);
  const count = await store.redis.hlen(records);
  await store.redis.del(records, vectors, worths);
  return count;
}

/** Deletes these, at least one, and returns how many of them existed. */
async function forget(store: Store, automation: string, ids: readonly string[]): Promise<number> {
  const { records, vectors, worths } = store.keys.memories(automation);
  const [gone] = await Promise.all([
    store.redis.hdel(records, ...ids),
    store.redis.hdel(vectors, ...ids),
    store.redis.zrem(worths, ...ids),
  ]);
  return gone;
}

/** Stored vectors of an automation's knowledge; undefined for those to be computed. */
export async function readVectors(
  store: Store,
  automation: string,
  keys: readonly string[],
): Promise<(string | undefined)[]> {
  if (keys.length === 0) return [];
  const found = await store.redis.hmget(store.keys.knowledgeVectors(automation), ...keys);
  return found.map((vector) => vector ?? undefined);
}

/** Stores vectors of an automation's knowledge, for 30 days from the last write. */
export async function keepVectors(
  store: Store,
  automation: string,
  vectors: Readonly<Record<string, string>>,
): Promise<void> {
  const key = store.keys.knowledgeVectors(automation);
  const entries = Object.entries(vectors).slice(0, maxVectors);
  if (entries.length === 0) return;
  if ((await store.redis.hlen(key)) + entries.length > maxVectors) await store.redis.del(key);
  await store.redis.hset(key, Object.fromEntries(entries));
  await store.redis.pexpire(key, vectorsKeptMs);
}
