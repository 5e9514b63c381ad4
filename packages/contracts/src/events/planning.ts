import { eventType } from "./event-type.ts";
import { integer, maybeText, maybeTexts, optionalFlag, optionalInteger, optionalText, text } from "./fields.ts";

const step = { agent_role: text, step_number: integer, step_description: optionalText };
const planned = { ...step, tool_to_use: maybeText };

const which = { agent_role: "Researcher", step_number: 1, step_description: "Read the changelog" };
const withTool = { ...which, tool_to_use: "search_changelog" };

export const planningEvents = {
  plan_step_started: eventType("A step of an agent's plan begins.", planned, withTool),
  plan_step_completed: eventType(
    "A step of an agent's plan has ended, successfully or not.",
    { ...planned, success: optionalFlag, result: maybeText, error: maybeText },
    { ...withTool, success: true, result: "#812 Faster cold start", error: null },
  ),
  step_observation_started: eventType("The planner looks at what a step gave.", step, which),
  step_observation_completed: eventType(
    "The planner has judged a step and whether the rest of the plan is still valid.",
    {
      ...step,
      step_completed_successfully: optionalFlag,
      key_information_learned: optionalText,
      remaining_plan_still_valid: optionalFlag,
      needs_full_replan: optionalFlag,
      replan_reason: maybeText,
      goal_already_achieved: optionalFlag,
      suggested_refinements: maybeTexts,
    },
    {
      ...which,
      step_completed_successfully: true,
      key_information_learned: "One change concerns start-up",
      remaining_plan_still_valid: true,
      needs_full_replan: false,
      replan_reason: null,
      goal_already_achieved: false,
      suggested_refinements: null,
    },
  ),
  step_observation_failed: eventType(
    "The planner could not judge a step; the plan continues unchanged.",
    { ...step, error: optionalText },
    { ...which, error: "The model's answer was empty" },
  ),
  plan_refinement: eventType(
    "The planner has reworded the remaining steps.",
    { ...step, refined_step_count: optionalInteger, refinements: maybeTexts },
    { ...which, refined_step_count: 1, refinements: ["List only user-facing changes"] },
  ),
  plan_replan_triggered: eventType(
    "The planner discards the remaining steps and makes a new plan.",
    {
      ...step,
      replan_reason: optionalText,
      replan_count: optionalInteger,
      completed_steps_preserved: optionalInteger,
    },
    { ...which, replan_reason: "The changelog is empty", replan_count: 1, completed_steps_preserved: 0 },
  ),
  goal_achieved_early: eventType(
    "The planner finds the goal reached before the end of the plan.",
    { ...step, steps_remaining: optionalInteger, steps_completed: optionalInteger },
    { ...which, steps_remaining: 2, steps_completed: 1 },
  ),
};
