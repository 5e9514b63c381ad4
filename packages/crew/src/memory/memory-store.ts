import type { MemoryRecord } from "@crewstream/contracts";

/** A stored memory. */
export interface StoredMemory {
  record: MemoryRecord;
  /** The packed vector of its content, and the embedder that made it; null without one. */
  vector: string | null;
  embedder: string | null;
  /** Version number, from 1. */
  revision: number;
  /** The change that last wrote it. */
  change: string;
  /**
   * When there are too many, the lowest value is removed first: the creation time in ms since 1970, plus a bonus for
   * importance.
   */
  worth: number;
}

/** The changes of one save, applied atomically. Repeating it after a crash changes nothing. */
export interface MemoryChange {
  /** The same on every repetition of this save. */
  id: string;
  /** Existing ones are left unchanged. */
  insert: readonly StoredMemory[];
  /**
   * New versions of memories. If one has changed since it was read, or is gone, it is left alone and `otherwise` is
   * inserted: what two concurrent runs say about the same thing is kept from both.
   */
  update: readonly { memory: StoredMemory; otherwise: StoredMemory }[];
  remove: readonly string[];
  /** Maximum number to keep. */
  limit: number;
}

/**
 * Storage for memories beyond a run. Each root (an automation) has its own memories, and a cache of vectors for
 * recurring texts, which may be dropped at any time.
 */
export interface MemoryStore {
  read(root: string): Promise<StoredMemory[]>;
  change(root: string, change: MemoryChange): Promise<void>;
  /** Cached vectors by key, packed; undefined if absent. */
  vectors(root: string, keys: readonly string[]): Promise<(string | undefined)[]>;
  keepVectors(root: string, vectors: Readonly<Record<string, string>>): Promise<void>;
}

/** A store that lives as long as the process: for tests, and for running an automation without Redis. */
export function processMemoryStore(): MemoryStore {
  const roots = new Map<string, Map<string, StoredMemory>>();
  const vectors = new Map<string, string>();
  const of = (root: string): Map<string, StoredMemory> => {
    const known = roots.get(root) ?? new Map<string, StoredMemory>();
    roots.set(root, known);
    return known;
  };
  return {
    read: async (root) => structuredClone([...of(root).values()]),
    change: async (root, change) => applyChange(of(root), structuredClone(change)),
    vectors: async (root, keys) => keys.map((key) => vectors.get(`${root}\n${key}`)),
    keepVectors: async (root, kept) => {
      for (const [key, vector] of Object.entries(kept)) vectors.set(`${root}\n${key}`, vector);
    },
  };
}

function applyChange(held: Map<string, StoredMemory>, { id, insert, update, remove, limit }: MemoryChange): void {
  const add = (memory: StoredMemory): void => {
    if (!held.has(memory.record.id)) held.set(memory.record.id, memory);
  };
  for (const memory of insert) add(memory);
  for (const { memory, otherwise } of update) {
    const before = held.get(memory.record.id);
    if (before?.change === id) continue;
    if (before?.revision === memory.revision - 1) held.set(memory.record.id, memory);
    else add(otherwise);
  }
  for (const gone of remove) held.delete(gone);
  const byWorth = [...held.values()].sort((one, other) => one.worth - other.worth);
  for (const { record } of byWorth.slice(0, Math.max(0, byWorth.length - limit))) held.delete(record.id);
}
