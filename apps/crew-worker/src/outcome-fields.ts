import type { PausedOutcome, RunOutcome } from "@crewstream/contracts";

/** A run's end, or its pause, as fields of its record. */
export function outcomeFields(outcome: RunOutcome | PausedOutcome, now: number): Record<string, string | number> {
  if (outcome.state === "PAUSED") {
    return {
      state: outcome.state,
      updated_at: now,
      usage: JSON.stringify(outcome.usage),
      pending: JSON.stringify(outcome.pending),
      // Only runs that crashed their worker are counted; a run that pauses often would look like one.
      runs: 0,
    };
  }
  const common = { state: outcome.state, ended_at: now, updated_at: now, usage: JSON.stringify(outcome.usage) };
  if (outcome.state === "SUCCESS") {
    return {
      ...common,
      result: JSON.stringify(outcome.result ?? null),
      result_json: JSON.stringify(outcome.resultJson ?? null),
      tasks: JSON.stringify(outcome.tasks),
    };
  }
  if (outcome.state === "FAILED") {
    const { error, errorType, errorLocation, errorStack } = outcome;
    return {
      ...common,
      error,
      error_type: errorType,
      ...(errorLocation === undefined ? {} : { error_location: errorLocation }),
      ...(errorStack === undefined ? {} : { error_stack: errorStack }),
    };
  }
  return { ...common, error: outcome.error };
}
