import type { PlanStep } from "../agent/planning/plan-step.ts";
import type { Tool } from "../tools/tool.ts";

/** The line with which a planner declares its plan ready when it answers in text; CrewAI looks for the same line. */
export const readySentence = "READY: I am ready to execute the task.";

export const plannerRole =
  "You plan work that someone else carries out step by step. Each step of a plan is one action whose result can be checked.";

const planAnswer = `Call the tool with the plan. Set ready to true when the work can begin by it, or to false when the plan still has a gap. \
Where you cannot call the tool, write the plan as text and end it with the line "${readySentence}" when that is so.`;

/** Asks for a plan of a task. */
export function planQuestion(task: string, tools: readonly Tool[], maxSteps: number): string {
  return [
    "Plan how to do the task below.",
    task,
    `Tools that can be used:\n${describedTools(tools)}`,
    `Use as few steps as the task needs, at most ${maxSteps}. Say in each step what is done and how one sees that it is done. \
Keep apart what can fail apart, write no step that only thinks, and let the last step give the required result. \
Number the steps from 1, name in depends_on the steps whose results a step uses, and in tool_to_use the tool it needs, if any.`,
    planAnswer,
  ].join("\n\n");
}

/** Asks the planner to improve a plan it did not consider ready. */
export function refineQuestion(plan: string): string {
  return [
    `This is your plan so far, which you did not think ready:\n${plan}`,
    "Close its gap and change nothing else.",
    planAnswer,
  ].join("\n\n");
}

/** The task with everything done so far, for a new plan of the remaining work. */
export function replanTask(task: string, done: readonly PlanStep[], reason: string): string {
  const told = (status: string): string[] =>
    done
      .filter((step) => step.status === status)
      .map((step) => `- Step ${step.number}: ${step.description}\n  Result: ${step.result || "none"}`);
  const [succeeded, failed] = [told("completed"), told("failed")];
  return [
    task,
    `An earlier plan was given up: ${reason}`,
    ...(succeeded.length === 0
      ? []
      : [`These of its steps are done and need not be planned again:\n${succeeded.join("\n")}`]),
    ...(failed.length === 0 ? [] : [`These of its steps failed; find another way:\n${failed.join("\n")}`]),
  ].join("\n\n");
}

/** The names of tools, as {@link planQuestion} and custom prompts show them. */
export function toolNames(tools: readonly Tool[]): string {
  return tools.map(({ name }) => name).join(", ") || "none";
}

function describedTools(tools: readonly Tool[]): string {
  return tools.map(({ name, description }) => `- ${name}: ${description}`).join("\n") || "none";
}

/** Asks an agent to execute one step of a plan. */
export function stepQuestion(task: string, step: PlanStep, needed: readonly PlanStep[]): string {
  return [
    `This is the whole task, of which you do one step now:\n${task}`,
    `Your step: ${step.description}`,
    ...(step.tool === null ? [] : [`The tool meant for it: ${step.tool}`]),
    ...(needed.length === 0
      ? []
      : [`Steps before it gave:\n${needed.map(({ number, result }) => `Step ${number}: ${result}`).join("\n")}`]),
    "Do this step and no other, begin with its main action, and check that it worked; when something fails, try another way. \
Then answer with what was done and what it gave.",
  ].join("\n\n");
}

export const observerRole =
  "You watch over a plan while it is carried out. After a step you judge whether it did what it was to do, what it brought to \
light, and whether the steps that are left still make sense. A step that only looked around, or that ended in an error nobody \
mended, has not succeeded. Ask for a whole new plan only when the rest of this one cannot work.";

/** Asks for a judgement of a completed step. */
export function observeQuestion(
  task: string,
  step: PlanStep,
  done: readonly PlanStep[],
  left: readonly PlanStep[],
  schema: object,
): string {
  const before = done.map(
    ({ number, description, result }) => `Step ${number}: ${description}\n  ${result.slice(0, 200)}`,
  );
  return [
    `The task:\n${task}`,
    ...(before.length === 0 ? [] : [`Done before:\n${before.join("\n")}`]),
    `Step ${step.number} has ended: ${step.description}\nIts result:\n${step.result || "(none)"}`,
    ...(left.length === 0
      ? []
      : [`Still to do:\n${left.map(({ number, description }) => `Step ${number}: ${description}`).join("\n")}`]),
    `Answer with JSON only, without a code fence, that fits this JSON Schema:\n${JSON.stringify(schema)}`,
  ].join("\n\n");
}

/** Asks for one answer from the results of all steps. */
export function synthesisQuestion(task: string, results: string): string {
  return [
    task,
    `All steps of this task are done. They gave:\n${results}`,
    "Write the task's complete result from that, as if it had been made in one piece: without step numbers, and without telling how it came about.",
  ].join("\n\n");
}
