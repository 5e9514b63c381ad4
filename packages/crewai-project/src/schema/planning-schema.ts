import { z } from "zod";
import { key } from "./keys.ts";
import { llm, positive, text, whole } from "./values.ts";

/** `planning_config` of an agent. */
export const planningConfig = z
  .strictObject({
    reasoning_effort: key(
      z.enum(["low", "medium", "high"]),
      "What happens after a step: low continues, medium (default) has a model judge the result and plans again if needed, high also rewords steps and ends early",
    ),
    observe_steps: key(z.boolean(), "Whether a model judges each step; default: not at low"),
    max_attempts: key(whole, "Maximum attempts at a plan that the planner approves (10)"),
    max_steps: key(positive, "Maximum steps the planner is asked for (20)"),
    system_prompt: key(text, "The planner's system prompt"),
    plan_prompt: key(
      text,
      "The question for a plan, with {description}, {expected_output}, {tools}, {max_steps}, {role}, {goal}, {backstory}",
    ),
    refine_prompt: key(
      text,
      "The question for a better plan, with {current_plan}, {max_steps}, {role}, {goal}, {backstory}",
    ),
    max_replans: key(whole, "New plans in one execution (3)"),
    max_step_iterations: key(positive, "Model responses in one step (15)"),
    step_timeout: key(positive, "Seconds for one step, checked between its model responses"),
    llm: key(llm, "Plans and judges; default: the agent's model", { instead: "value" }),
  })
  .describe("How an agent plans.");
export type PlanningConfigKeys = z.infer<typeof planningConfig>;
