import type { LanguageModelV4FunctionTool } from "@ai-sdk/provider";
import { z } from "zod";
import type { ModelAnswer } from "../../llm/answer.ts";
import { readySentence } from "../../prompts/planning-prompt.ts";
import { answerSchema, readJson } from "../../task/structured.ts";
import type { PlanStep } from "./plan-step.ts";

/** A planner's result: a text without steps if it called no tool. */
export interface Plan {
  plan: string;
  ready: boolean;
  steps: PlanStep[];
}

const planForm = answerSchema(
  z.object({
    plan: z.string().describe("The plan in a few words"),
    steps: z
      .array(
        z.object({
          step_number: z.int().describe("From 1"),
          description: z.string().describe("What is done in this step"),
          tool_to_use: z.string().nullable().default(null).describe("The tool it needs, or null"),
          depends_on: z.array(z.int()).default([]).describe("Numbers of the steps whose results it uses"),
        }),
      )
      .default([])
      .describe("The steps in order"),
    ready: z.boolean().describe("Whether the work can begin by this plan"),
  }),
);

interface PlanForm {
  plan: string;
  steps: { step_number: number; description: string; tool_to_use: string | null; depends_on: number[] }[];
  ready: boolean;
}

/** The tool with which a planner returns its plan, under CrewAI's name. */
export const planTool: LanguageModelV4FunctionTool = {
  type: "function",
  name: "create_reasoning_plan",
  description: "Hands in the plan for the task",
  inputSchema: { ...planForm.json, properties: withSteps(planForm.json["properties"] as object) },
};

/** The steps without their default, which would invite a plan without any. */
function withSteps(properties: object): object {
  const { steps, ...others } = properties as { steps: { default: unknown } };
  const { default: _, ...wanted } = steps;
  return { ...others, steps: wanted };
}

/**
 * Reads the plan from an answer: from its tool call, from JSON in its text, or the text itself, which then has no
 * steps.
 */
export function readPlan({ text, toolCalls }: ModelAnswer): Plan {
  const call = toolCalls.find(({ name }) => name === planTool.name);
  const read = readJson(call?.args ?? text, planForm);
  if (!read.ok) return { plan: text || (call?.args ?? ""), ready: text.includes(readySentence), steps: [] };
  const { plan, ready, steps } = read.value as unknown as PlanForm;
  return {
    plan,
    ready,
    steps: steps.map((step) => ({
      number: step.step_number,
      description: step.description,
      tool: step.tool_to_use,
      dependsOn: step.depends_on,
      status: "pending",
      result: "",
    })),
  };
}
