import type { PendingInput } from "@crewstream/contracts";
import { Suspended } from "../run/suspended.ts";
import type { Run } from "../run/run.ts";

/** Where work waits for a person: the innermost flow decides when it is blocked, else the run does. */
export interface WaitingRoom {
  /** Resolves when at least one of these has its answer and work can continue; rejects with Suspended. */
  wait(requests: readonly PendingInput[]): Promise<void>;
}

/** The run's own: an unanswered question suspends the run. */
export function runWaitingRoom(run: Run): WaitingRoom {
  return {
    wait(requests) {
      const answered = requests.some(({ path }) => run.context.journal.read(path) !== undefined);
      return answered ? Promise.resolve() : Promise.reject(new Suspended(requests));
    },
  };
}
