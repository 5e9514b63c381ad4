import { contextDivider } from "../prompts/task-prompt.ts";
import type { TaskOutput } from "./task-output.ts";
import type { TaskDefinition } from "./task.ts";

/** What a task is given of the tasks before it: all of them, or those its `context` names, in that order. */
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
