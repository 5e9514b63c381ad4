import { AppError, ErrorCode, errorMessage } from "@crewstream/contracts";
import { z } from "zod";
import { callModel } from "../../llm/call-model.ts";
import { resolveModel } from "../../llm/resolve-model.ts";
import { observeQuestion, observerRole } from "../../prompts/planning-prompt.ts";
import { FlatSpan } from "../../run/flat-span.ts";
import type { Scope } from "../../run/scope.ts";
import { within } from "../../run/span.ts";
import { answerSchema, readJson } from "../../task/structured.ts";
import type { Assignment } from "../assignment.ts";
import type { PlanStep } from "./plan-step.ts";
import type { Planning } from "./planning.ts";
import type { StepList } from "./step-list.ts";

/** The judgement of a completed step. */
export interface Observation {
  step_completed_successfully: boolean;
  key_information_learned: string;
  remaining_plan_still_valid: boolean;
  suggested_refinements: { step_number: number; new_description: string }[] | null;
  needs_full_replan: boolean;
  replan_reason: string | null;
  goal_already_achieved: boolean;
}

const form = answerSchema(
  z.object({
    step_completed_successfully: z.boolean().describe("Whether the step did what it was to do"),
    key_information_learned: z.string().default("").describe("What it brought to light"),
    remaining_plan_still_valid: z.boolean().default(true).describe("Whether the steps that are left still make sense"),
    suggested_refinements: z
      .array(z.object({ step_number: z.int(), new_description: z.string() }))
      .nullable()
      .default(null)
      .describe("Better words for steps that are left"),
    needs_full_replan: z.boolean().default(false).describe("Whether the rest must be planned again"),
    replan_reason: z.string().nullable().default(null).describe("Why it must"),
    goal_already_achieved: z.boolean().default(false).describe("Whether the whole task is done already"),
  }),
);

/** The default judgement, if no model is asked or it does not answer. */
export function plainObservation(success: boolean): Observation {
  return {
    step_completed_successfully: success,
    key_information_learned: "",
    remaining_plan_still_valid: true,
    suggested_refinements: null,
    needs_full_replan: false,
    replan_reason: null,
    goal_already_achieved: false,
  };
}

/** Asks the planner's model to judge a completed step. If it does not answer, the plan continues. */
export async function observeStep(
  scope: Scope,
  assignment: Assignment,
  planning: Planning,
  step: PlanStep,
  steps: StepList,
): Promise<Observation> {
  const which = {
    agent_role: assignment.agent.role,
    step_number: step.number,
    step_description: step.description,
  };
  const shown = new FlatSpan(scope, "step_observation_started", which);
  try {
    return await within(
      shown,
      async () => {
        const observation = await judged(scope, assignment, planning, step, steps);
        const { suggested_refinements: refinements, ...rest } = observation;
        shown.end({
          type: "step_observation_completed",
          data: { ...which, ...rest, suggested_refinements: refinements === null ? null : inWords(refinements) },
        });
        return observation;
      },
      (error) => ({ type: "step_observation_failed", data: { ...which, error: errorMessage(error) } }),
    );
  } catch (error) {
    if (scope.run.passesThrough(error) || scope.signal.aborted) throw error;
    return plainObservation(true);
  }
}

/** Suggested changes as they appear in events. */
export function inWords(refinements: NonNullable<Observation["suggested_refinements"]>): string[] {
  return refinements.map(({ step_number, new_description }) => `Step ${step_number}: ${new_description}`);
}

async function judged(
  scope: Scope,
  { model, prompt, shared }: Assignment,
  planning: Planning,
  step: PlanStep,
  steps: StepList,
): Promise<Observation> {
  const question = observeQuestion(prompt, step, steps.with("completed"), steps.with("pending"), form.json);
  const answer = await callModel(scope, {
    model: planning.model === undefined ? model : await resolveModel(scope.run, planning.model),
    messages: [
      { role: "system", content: observerRole },
      { role: "user", content: [{ type: "text", text: question }] },
    ],
    responseSchema: { name: "StepObservation", schema: form.json },
    ...(shared?.limiter === undefined ? {} : { limiter: shared.limiter }),
  });
  const read = readJson(answer.text, form);
  if (read.ok) return read.value as unknown as Observation;
  throw new AppError(`The model's answer is not a judgement of the step: ${read.error}`, {
    code: ErrorCode.modelFailed,
  });
}
