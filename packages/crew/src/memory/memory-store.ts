import type { MemoryRecord } from "@crewstream/contracts";

/** A memory as it is kept. */
export interface StoredMemory {
  record: MemoryRecord;
  /** The packed vector of its content, and which embedder made it; null without one. */
  vector: string | null;
  embedder: string | null;
  /** Counts its versions, from 1. */
  revision: number;
  /** The change that wrote it last. */
  change: string;
  /** What is worth least goes first when there are too many: ms since 1970 of its making, and more for importance. */
  worth: number;
}

/** What one save does, all of it at once. Done again after a crash, it changes nothing more. */
export interface MemoryChange {
  /** The same whenever this save is done again. */
  id: string;
  /** Those that are there already stay as they are. */
  insert: readonly StoredMemory[];
  /**
   * New versions of memories. One that has changed since it was read, or is gone, is left alone, and `otherwise` is
   * inserted: what two runs say of the same thing at once is kept of both.
   */
  update: readonly { memory: StoredMemory; otherwise: StoredMemory }[];
  remove: readonly string[];
  /** More than these are not kept. */
  limit: number;
}

/**
 * Where memories outlive runs. Each root (an automation) has memories of its own, and vectors of texts that are asked
 * for again and again, which may be forgotten at any time.
 */
export interface MemoryStore {
  read(root: string): Promise<StoredMemory[]>;
  change(root: string, change: MemoryChange): Promise<void>;
  /** Kept vectors by key, packed; undefined for what is not there. */
  vectors(root: string, keys: readonly string[]): Promise<(string | undefined)[]>;
  keepVectors(root: string, vectors: Readonly<Record<string, string>>): Promise<void>;
}

/** A store that lives as long as the process: for tests and for running an automation without Redis. */
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
