import { AppError } from "@crewstream/contracts";
import type { ErrorOrigin, JournalRow } from "../journal.ts";

/**
 * A failure that is part of the run: thrown identically in the original run and on replay. `type` is the class of the
 * root cause.
 */
export class StepFailure extends Error {
  override readonly name: string = "StepFailure";
  readonly type: string;
  readonly retryable: boolean;
  /** Where it came from; for a journaled failure, and for one whose error does not know. */
  readonly origin: ErrorOrigin | undefined;

  constructor(failure: Failure, cause?: unknown) {
    super(failure.message, cause === undefined ? undefined : { cause });
    this.type = failure.type;
    this.retryable = failure.retryable;
    this.origin = failure.origin;
  }
}

type Failure = NonNullable<JournalRow["error"]>;

/** Whether the same work may succeed when it is repeated: only the runtime's own errors can rule that out. */
export function isRetryable(error: unknown): boolean {
  return error instanceof StepFailure || error instanceof AppError ? error.retryable : true;
}

/** The class name of anything thrown. For a class that extends `Error` without setting a name, the class's. */
export function errorType(error: unknown): string {
  if (error instanceof StepFailure) return error.type;
  if (!(error instanceof Error)) return "Error";
  return error.name === "Error" ? error.constructor.name || "Error" : error.name;
}
