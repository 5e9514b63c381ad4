import type { MemoryStore, StoredMemory } from "@crewstream/crew";
import type { HostCalls } from "./threads/protocol.ts";

/** The memories of the running automation: its worker's `RunHost` knows which that is, and has the connection. */
export function hostMemories(calls: HostCalls): MemoryStore {
  return {
    read: async () => JSON.parse((await calls.make({ kind: "read_memories" })) ?? "[]") as StoredMemory[],
    change: async (_, change) => {
      await calls.make({ kind: "change_memories", change });
    },
    vectors: async (_, keys) => {
      const found = JSON.parse((await calls.make({ kind: "read_vectors", keys })) ?? "[]") as (string | null)[];
      return found.map((vector) => vector ?? undefined);
    },
    keepVectors: async (_, vectors) => {
      await calls.make({ kind: "keep_vectors", vectors });
    },
  };
}
