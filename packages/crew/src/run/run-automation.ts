import {
  AppError,
  ErrorCode,
  errorMessage,
  type LastTask,
  type PausedOutcome,
  type RunOutcome,
} from "@crewstream/contracts";
import { runWaitingRoom } from "../human/waiting-room.ts";
import type { RunContext } from "../run-context.ts";
import { Run } from "./run.ts";
import { Scope, nobody } from "./scope.ts";
import { Suspended } from "./suspended.ts";
import { errorType } from "./step-failure.ts";
import { originOf } from "./error-origin.ts";
import { UsageMeter } from "./usage-meter.ts";

export interface AutomationResult {
  result: unknown;
  resultJson: unknown;
  tasks: LastTask[];
}

/** Runs an automation's body in the run's outermost scope and reports the outcome; see {@link Automation.run}. */
export async function runAutomation(
  context: RunContext,
  body: (scope: Scope) => Promise<AutomationResult>,
): Promise<RunOutcome | PausedOutcome> {
  const run = new Run(context);
  const usage = new UsageMeter();
  const { scope, close } = new Scope({
    run,
    path: "",
    parent: { id: null },
    room: runWaitingRoom(run),
    triggeredBy: null,
    identity: nobody,
    usage,
    signal: context.signal,
  }).closable();
  try {
    return { state: "SUCCESS", ...(await body(scope)), usage: usage.total() };
  } catch (error) {
    if (run.interrupted) throw run.interruption;
    if (error instanceof Suspended) return { state: "PAUSED", pending: [...error.pending], usage: usage.total() };
    if (run.passesThrough(error)) throw run.interruption;
    const cancelled: unknown = context.signal.aborted ? context.signal.reason : undefined;
    if (AppError.is(cancelled, ErrorCode.cancelled)) {
      return { state: "REVOKED", error: cancelled.message, usage: usage.total() };
    }
    const { location, stack } = originOf(error, run.errorView) ?? {};
    return {
      state: "FAILED",
      error: run.errorView.removeSecrets(errorMessage(error)),
      errorType: errorType(error),
      ...(location === undefined ? {} : { errorLocation: location }),
      ...(stack === undefined ? {} : { errorStack: stack }),
      usage: usage.total(),
    };
  } finally {
    close();
    await run.end();
  }
}
