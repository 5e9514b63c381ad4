import type { Run } from "../run/run.ts";
import { processMemoryStore, type MemoryStore } from "./memory-store.ts";

/** The host's memory store; without one, memories last as long as the run. */
export function memoryStoreOf(run: Run): MemoryStore {
  return run.context.memories ?? run.shared("memories", processMemoryStore);
}
