import type { Gaps } from "./gaps.ts";

/** How far an execution has been handled. */
export interface OrderState {
  /** Every number up to here was handled, or is in `gaps`. */
  position: number;
  /** Numbers that were passed over: not selected, or late. */
  gaps: Gaps;
  /** Since when the number after `position` is waited for, in milliseconds since 1970; null when it is not. */
  waitingSince: number | null;
}

/** Remembers how far each execution is: JSON values by execution id, to be kept as long as runs are (8 days will do). */
export interface OrderStore {
  get(executionId: string): Promise<OrderState | undefined>;
  set(executionId: string, state: OrderState): Promise<void>;
}

/** A store in the memory of one process: beyond `maxExecutions` (10,000) those that were quiet longest are forgotten. */
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
