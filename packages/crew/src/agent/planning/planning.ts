import type { ModelRef } from "../../llm/model.ts";

/** How an agent plans a task before it acts: CrewAI's PlanningConfig, with its defaults. */
export interface PlanningSettings {
  /**
   * What happens after a step: `low` continues; `medium` has a model judge the result and plans again after a failure
   * that calls for it; `high` also lets the model reword the remaining steps and end early. Default `medium`.
   */
  effort?: "low" | "medium" | "high";
  /** Whether a model judges each step. Default: not at `low`. */
  observeSteps?: boolean;
  /** Maximum attempts at a plan; if none is ready, the agent works without a plan. Default 10. */
  maxAttempts?: number;
  /** Maximum number of steps the planner is asked for. Default 20. */
  maxSteps?: number;
  /** Replaces the planner's system prompt. */
  systemPrompt?: string;
  /**
   * Replaces the prompt for a plan: `{description}`, `{expected_output}`, `{tools}`, `{max_steps}`, `{role}`, `{goal}`,
   * `{backstory}`.
   */
  planPrompt?: string;
  /** Replaces the prompt for refining a plan: `{current_plan}`, `{max_steps}`, `{role}`, `{goal}`, `{backstory}`. */
  refinePrompt?: string;
  /** Maximum number of new plans per execution. Default 3. */
  maxReplans?: number;
  /** Maximum number of model responses per step. Default 15. */
  maxStepIterations?: number;
  /**
   * Time limit of a step in seconds; after that no further response is requested and the step ends with what it has.
   */
  stepTimeout?: number;
  /** The model that plans and judges. Default: the agent's own. */
  model?: ModelRef;
}

/** CrewAI has no limit here and asks until the planner is satisfied; this limit ends such a run. */
const defaultMaxAttempts = 10;

export type Planning = PlanningSettings &
  Required<
    Pick<PlanningSettings, "effort" | "observeSteps" | "maxAttempts" | "maxSteps" | "maxReplans" | "maxStepIterations">
  >;

/** The settings with CrewAI's defaults; `true` stands for its bare `planning: true`: low effort, one plan. */
export function planningOf(given: true | PlanningSettings): Planning {
  const settings: PlanningSettings = given === true ? { effort: "low", maxAttempts: 1 } : given;
  const effort = settings.effort ?? "medium";
  return {
    maxAttempts: defaultMaxAttempts,
    maxSteps: 20,
    maxReplans: 3,
    maxStepIterations: 15,
    observeSteps: effort !== "low",
    ...settings,
    effort,
  };
}
