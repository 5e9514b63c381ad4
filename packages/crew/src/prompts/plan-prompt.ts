import type { PlannedTask } from "../task/planned-task.ts";

/** Heading above the plan in a task's description. */
export const planHeading = "This is the plan for it. Depart from it where what you find asks for that:";

/** The planner's prompt: every task with its agent and tools, and the format of the answer. */
export function planPrompt(tasks: readonly PlannedTask[], schema: object): string {
  const described = tasks.map(({ name, description, expectedOutput, agent, tools }, index) =>
    [
      `task_${index + 1} (${name}): ${description}`,
      `Its result must be: ${expectedOutput}`,
      `Done by: ${agent.role}, whose goal is: ${agent.goal}`,
      `Tools: ${tools.map((tool) => `${tool.name} (${tool.description})`).join(", ") || "none"}`,
    ].join("\n"),
  );
  return [
    "These tasks are done one after another; each gets the results of those before it. Plan each of them: the steps in " +
      "order, which tool or earlier result each step uses, and what the next task will need of it. Keep each plan short.",
    ...described,
    `Answer with JSON only, without a code fence, that fits this JSON Schema:\n${JSON.stringify(schema)}`,
  ].join("\n\n");
}
