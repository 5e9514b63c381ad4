import { AppError, ErrorCode } from "@crewstream/contracts";
import { abortable } from "./abortable.ts";
import type { Scope } from "./scope.ts";

/** Time limit for unfinished work to end. Work that listens to its signal ends at once. */
const leaveMs = 1000;

/**
 * Runs an automation's own code: settles as the code does, or rejects with the signal's reason as soon as it aborts.
 * Either way no work of the run outlives it: crews, agents and model calls that the code started and did not await are
 * cancelled, and have emitted their endings, before this settles.
 */
export async function enclosed<T>(scope: Scope, code: (inner: Scope) => Promise<T>): Promise<T> {
  const left = new AbortController();
  const { scope: closable, close } = scope.closable();
  const inner = closable.derive({ signal: AbortSignal.any([scope.signal, left.signal]) });
  let goesOnElsewhere = false;
  try {
    return await abortable(
      scope.signal,
      inner.enter(async () => code(inner)),
    );
  } catch (error) {
    goesOnElsewhere = scope.run.passesThrough(error);
    throw error;
  } finally {
    // A run that continues elsewhere closes nothing here, and what it had started continues there, too.
    if (!goesOnElsewhere) {
      left.abort(new AppError("Cancelled: the work that started it has ended", { code: ErrorCode.cancelled }));
      await closable.quiet(leaveMs);
    }
    close();
  }
}
