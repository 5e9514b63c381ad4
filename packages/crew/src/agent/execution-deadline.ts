import { AppError, ErrorCode } from "@crewstream/contracts";
import type { Scope } from "../run/scope.ts";

/** The scope's signal, which also aborts when the given number of seconds has passed. */
export function executionDeadline(scope: Scope, seconds: number | undefined): Disposable & { signal: AbortSignal } {
  if (seconds === undefined) return { signal: scope.signal, [Symbol.dispose]: () => undefined };
  const controller = new AbortController();
  const name = scope.identity.taskName ?? scope.identity.agentRole ?? "the agent";
  const timer = setTimeout(() => {
    controller.abort(
      new AppError(`Task '${name}' execution timed out after ${seconds} seconds`, { code: ErrorCode.runFailed }),
    );
  }, seconds * 1000);
  return {
    signal: AbortSignal.any([scope.signal, controller.signal]),
    [Symbol.dispose]: () => clearTimeout(timer),
  };
}
