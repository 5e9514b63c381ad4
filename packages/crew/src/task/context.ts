import { contextDivider } from "../prompts/task-prompt.ts";
import type { TaskOutput } from "./task-output.ts";
import type { TaskDefinition } from "./task.ts";

/** The context of a task: the outputs of all earlier tasks, or of those its `context` names, in that order. */
export function contextFor(task: TaskDefinition, earlier: readonly TaskOutput[]): string {
  const chosen =
    task.context === undefined
      ? earlier
      : task.context.flatMap((name) => earlier.filter((output) => output.name === name));
  return chosen
    .map((output) => output.raw)
    .filter((raw) => raw !== "")
    .join(contextDivider);
}
