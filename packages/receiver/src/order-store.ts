import type { Gaps } from "./gaps.ts";

/** An execution's progress. */
export interface OrderState {
  /** Every number up to here was handled, or is in `gaps`. */
  position: number;
  /** Numbers that were skipped: not selected, or late. */
  gaps: Gaps;
  /** Since when the number after `position` has been awaited, in milliseconds since 1970; null if it is not. */
  waitingSince: number | null;
}

/**
 * Remembers each execution's progress: JSON values by execution id; keep them for as long as runs are kept (8 days will
 * do).
 */
export interface OrderStore {
  get(executionId: string): Promise<OrderState | undefined>;
  set(executionId: string, state: OrderState): Promise<void>;
}

/** A store in the memory of one process: beyond `maxExecutions` (10,000) the least recently used are forgotten. */
export function memoryOrderStore({ maxExecutions = 10_000 }: { maxExecutions?: number } = {}): OrderStore {
  const states = new Map<string, OrderState>();
  return {
    get: async (executionId) => states.get(executionId),
    set: async (executionId, state) => {
      states.delete(executionId);
      states.set(executionId, state);
      for (const quietest of states.keys()) {
        if (states.size <= maxExecutions) break;
        states.delete(quietest);
      }
    },
  };
}
