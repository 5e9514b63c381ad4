import { z } from "zod";
import { key } from "./keys.ts";
import { llm, positive, text, whole } from "./values.ts";

/** `planning_config` of an agent. */
export const planningConfig = z
  .strictObject({
    reasoning_effort: key(
      z.enum(["low", "medium", "high"]),
      "What is made of a step's result: low goes on, medium (default) has it judged and plans anew where it must, high also rewords steps and ends early",
    ),
    observe_steps: key(z.boolean(), "Whether a model judges each step; default: not at low"),
    max_attempts: key(whole, "Plans made until the planner is content (10)"),
    max_steps: key(positive, "Steps the planner is told to keep to (20)"),
    system_prompt: key(text, "What the planner is told about itself"),
    plan_prompt: key(
      text,
      "The question for a plan, with {description}, {expected_output}, {tools}, {max_steps}, {role}, {goal}, {backstory}",
    ),
    refine_prompt: key(
      text,
      "The question for a better plan, with {current_plan}, {max_steps}, {role}, {goal}, {backstory}",
    ),
    max_replans: key(whole, "New plans in one execution (3)"),
    max_step_iterations: key(positive, "Model answers in one step (15)"),
    step_timeout: key(positive, "Seconds for one step, looked at between its answers"),
    llm: key(llm, "Plans and judges; default: the agent's model", { instead: "value" }),
  })
  .describe("How an agent plans.");
export type PlanningConfigKeys = z.infer<typeof planningConfig>;
