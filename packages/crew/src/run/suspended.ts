import type { PendingInput } from "@crewstream/contracts";

/**
 * Thrown where a run waits for a person: it unwinds without closing anything, and the run continues once the answer
 * exists.
 */
export class Suspended extends Error {
  override readonly name: string = "Suspended";
  readonly pending: readonly PendingInput[];

  constructor(pending: readonly PendingInput[]) {
    super(`waiting for an answer to: ${pending.map((request) => request.message).join("; ")}`);
    this.pending = pending;
  }
}
