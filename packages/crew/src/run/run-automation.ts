import { AppError, ErrorCode, errorMessage, type LastTask, type RunOutcome } from "@crewstream/contracts";
import type { RunContext } from "../run-context.ts";
import { Run } from "./run.ts";
import { Scope, nobody } from "./scope.ts";
import { errorType } from "./step.ts";
import { UsageMeter } from "./usage-meter.ts";

export interface AutomationResult {
  result: unknown;
  resultJson: unknown;
  tasks: LastTask[];
}

/** Runs an automation's body in the run's outermost scope and says how it ended; see {@link Automation.run}. */
export async function runAutomation(
  context: RunContext,
  body: (scope: Scope) => Promise<AutomationResult>,
): Promise<RunOutcome> {
  const run = new Run(context);
  const usage = new UsageMeter();
  const { scope, shut } = new Scope({
    run,
    path: "",
    parentId: null,
    triggeredBy: null,
    identity: nobody,
    usage,
    signal: context.signal,
  }).gated();
  try {
    return { state: "SUCCESS", ...(await body(scope)), usage: usage.total() };
  } catch (error) {
    if (run.isInterruption(error)) throw run.interruption;
    const cancelled: unknown = context.signal.aborted ? context.signal.reason : undefined;
    if (AppError.is(cancelled, ErrorCode.cancelled)) {
      return { state: "REVOKED", error: cancelled.message, usage: usage.total() };
    }
    return { state: "FAILED", error: errorMessage(error), errorType: errorType(error), usage: usage.total() };
  } finally {
    shut();
  }
}
