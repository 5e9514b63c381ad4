import type { Observation } from "./observe-step.ts";
import type { Planning } from "./planning.ts";

/** The verdict on a step: continue, continue with reworded steps, plan again, or answer. */
export interface Verdict {
  success: boolean;
  /** Why the plan was abandoned. */
  error: string | null;
  next: { kind: "on" } | { kind: "refine" } | { kind: "replan"; reason: string } | { kind: "done" };
}

const noSuccess = "Step did not complete successfully";

/** CrewAI's rules: below `high`, only a failed step that asks for it causes a new plan. */
export function verdictOn(observation: Observation, effort: Planning["effort"]): Verdict {
  const { step_completed_successfully: success, needs_full_replan: replan, replan_reason: reason } = observation;
  if (effort === "high") {
    if (observation.goal_already_achieved) return { success: true, error: null, next: { kind: "done" } };
    if (replan || !success) {
      return {
        success: false,
        error: replan ? reason : null,
        next: { kind: "replan", reason: (replan && reason) || noSuccess },
      };
    }
    const refines = observation.remaining_plan_still_valid && (observation.suggested_refinements?.length ?? 0) > 0;
    return { success: true, error: null, next: { kind: refines ? "refine" : "on" } };
  }
  if (!success && replan) return { success, error: reason, next: { kind: "replan", reason: reason || noSuccess } };
  return { success, error: null, next: { kind: "on" } };
}
