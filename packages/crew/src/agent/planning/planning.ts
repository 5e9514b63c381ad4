import type { ModelRef } from "../../llm/model.ts";

/** How an agent plans a task before it acts; CrewAI's PlanningConfig, with its defaults. */
export interface PlanningSettings {
  /**
   * What is made of a step's result: `low` goes on; `medium` has a model judge it and plans anew after a failure that
   * asks for that; `high` also lets it reword the steps that are left and end early. Default `medium`.
   */
  effort?: "low" | "medium" | "high";
  /** Whether a model judges each step. Default: not at `low`. */
  observeSteps?: boolean;
  /** Plans made until the planner is content; an agent whose planner is not works without a plan. Default 10. */
  maxAttempts?: number;
  /** Steps the planner is told to keep to. Default 20. */
  maxSteps?: number;
  /** Replaces what the planner is told about itself. */
  systemPrompt?: string;
  /** Replaces the question for a plan: `{description}`, `{expected_output}`, `{tools}`, `{max_steps}`, `{role}`, `{goal}`, `{backstory}`. */
  planPrompt?: string;
  /** Replaces the question for a better one: `{current_plan}`, `{max_steps}`, `{role}`, `{goal}`, `{backstory}`. */
  refinePrompt?: string;
  /** New plans in one execution. Default 3. */
  maxReplans?: number;
  /** Model answers in one step. Default 15. */
  maxStepIterations?: number;
  /** Seconds for one step; after that no further answer is asked for and the step ends with what it has. */
  stepTimeout?: number;
  /** Plans and judges. Default: the agent's own model. */
  model?: ModelRef;
}

/** Where CrewAI sets no bound and asks until the planner is content, so that no run asks for ever. */
const mostAttempts = 10;

export type Planning = PlanningSettings &
  Required<
    Pick<PlanningSettings, "effort" | "observeSteps" | "maxAttempts" | "maxSteps" | "maxReplans" | "maxStepIterations">
  >;

/** The settings with CrewAI's defaults; `true` stands for its bare `planning: true`: low effort, one plan. */
export function planningOf(given: true | PlanningSettings): Planning {
  const settings: PlanningSettings = given === true ? { effort: "low", maxAttempts: 1 } : given;
  const effort = settings.effort ?? "medium";
  return {
    maxAttempts: mostAttempts,
    maxSteps: 20,
    maxReplans: 3,
    maxStepIterations: 15,
    observeSteps: effort !== "low",
    ...settings,
    effort,
  };
}
