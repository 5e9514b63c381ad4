import { AppError, ErrorCode } from "@crewstream/contracts";
import { z } from "zod";
import { callModel } from "../llm/call-model.ts";
import type { ModelRef } from "../llm/model.ts";
import { resolveModel } from "../llm/resolve-model.ts";
import { planHeading, planPrompt } from "../prompts/plan-prompt.ts";
import type { Scope } from "../run/scope.ts";
import type { PlannedTask } from "../task/planned-task.ts";
import { answerSchema, readJson } from "../task/structured.ts";

/** Retries if an answer is not a plan. */
const retries = 1;

/**
 * Plans all tasks with one model call before the first starts, and returns the tasks with their plans added to the
 * descriptions, as CrewAI's `planning` does. Rejects if the model returns no plan.
 */
export async function planAhead(
  scope: Scope,
  tasks: PlannedTask[],
  model: ModelRef | undefined,
): Promise<PlannedTask[]> {
  const field = (index: number): string => `task_${index + 1}`;
  const schema = answerSchema(z.object(Object.fromEntries(tasks.map((_, index) => [field(index), z.string().min(1)]))));
  const planner = await resolveModel(scope.run, model);
  let question = planPrompt(tasks, schema.json);
  for (let attempt = 0; ; attempt += 1) {
    const answer = await callModel(scope.at(attempt === 0 ? "plan" : `plan#${attempt}`), {
      model: planner,
      messages: [{ role: "user", content: [{ type: "text", text: question }] }],
      responseSchema: { name: "plan", schema: schema.json },
    });
    const read = readJson(answer.text, schema);
    if (read.ok) {
      const plans = read.value as Record<string, string>;
      return tasks.map((task, index) => ({
        ...task,
        description: `${task.description}\n\n${planHeading}\n${plans[field(index)]}`,
      }));
    }
    if (attempt >= retries) {
      throw new AppError(`The crew could not be planned: the model's answer is not a plan (${read.error})`, {
        code: ErrorCode.modelFailed,
      });
    }
    question = `${planPrompt(tasks, schema.json)}\n\nAn answer before was refused: ${read.error}`;
  }
}
