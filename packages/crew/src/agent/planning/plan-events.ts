import { errorMessage } from "@crewstream/contracts";
import { FlatSpan } from "../../run/flat-span.ts";
import type { Scope } from "../../run/scope.ts";
import type { PlanStep } from "./plan-step.ts";

/** A step that has started: its `plan_step_started` has been emitted. */
export interface StartedStep {
  step: PlanStep;
  scope: Scope;
  /** Marks the step as ended and emits its ending. */
  end(success: boolean, error: string | null): void;
}

type AtLeastOne<T> = readonly [T, ...T[]];

/** Starts steps. If `until` throws before all of them have ended, the rest are ended as failed. */
export function startSteps(
  steps: readonly { step: PlanStep; scope: Scope }[],
  agentRole: string,
): { until: <T>(body: (begun: AtLeastOne<StartedStep>) => Promise<T>) => Promise<T> } {
  const begun = steps.map(({ step, scope }) => begin(step, scope, agentRole));
  return {
    async until(body) {
      try {
        return await body(begun as unknown as AtLeastOne<StartedStep>);
      } catch (error) {
        for (const each of begun) {
          if (each.step.status === "running" && !each.scope.run.passesThrough(error))
            each.end(false, errorMessage(error));
        }
        throw error;
      }
    },
  };
}

function begin(step: PlanStep, scope: Scope, agentRole: string): StartedStep {
  const which = {
    agent_role: agentRole,
    step_number: step.number,
    step_description: step.description,
    tool_to_use: step.tool,
  };
  step.status = "running";
  const shown = new FlatSpan(scope, "plan_step_started", which);
  return {
    step,
    scope,
    end(success, error) {
      step.status = success ? "completed" : "failed";
      shown.end({ type: "plan_step_completed", data: { ...which, success, result: step.result, error } });
    },
  };
}
