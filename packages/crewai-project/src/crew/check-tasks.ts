import { suggestion } from "../nearest-name.ts";
import type { Part, Project } from "../project.ts";
import type { CrewKeys } from "../schema/crew-schema.ts";
import type { TaskKeys } from "../schema/task-schema.ts";
import { conditionalTypes } from "./build-task.ts";

/**
 * Checks the references of tasks to each other and to agents, by CrewAI's rules; false if they do not make a valid
 * crew.
 */
export function checkTasks({ findings }: Project, { keys, at }: Part<CrewKeys>, agents: readonly string[]): boolean {
  const { tasks } = keys;
  const names = tasks.map((task, index) => task.name ?? `task_${index + 1}`);
  let sound = true;
  const fail = (path: readonly (string | number)[], message: string, hint?: string): void => {
    sound = false;
    findings.error(at("tasks", ...path), message, hint);
  };
  for (const [index, task] of tasks.entries()) {
    const name = names[index] ?? "";
    if (names.indexOf(name) !== index) fail([index, "name"], `two tasks are named ${JSON.stringify(name)}`);
    if (!task.agent && keys.process !== "hierarchical" && !findings.wrongAt(at("tasks", index, "agent"))) {
      fail([index], '"agent" is required: a sequential crew gives each task to one agent');
    }
    if (typeof task.agent === "string" && !agents.includes(task.agent)) {
      fail([index, "agent"], `there is no agent ${JSON.stringify(task.agent)}`, suggestion(task.agent, agents));
    }
    for (const [place, other] of (task.context ?? []).entries()) {
      const found = names.indexOf(other);
      const path = [index, "context", place];
      if (found === -1) fail(path, `there is no task ${JSON.stringify(other)}`, suggestion(other, names));
      else if (found === index) fail(path, "a task cannot be its own context");
      else if (found > index) {
        fail(path, `the task ${JSON.stringify(other)} comes later: context comes from earlier tasks`);
      }
    }
    if (isConditional(task) && index === 0)
      fail([0], "the first task cannot be conditional: no output comes before it");
    if (isConditional(task) && task.async_execution === true) {
      fail([index, "async_execution"], "a conditional task cannot be asynchronous");
    }
  }
  const trailing = tasks.length - 1 - tasks.findLastIndex((task) => task.async_execution !== true);
  if (trailing > 1) {
    fail([tasks.length - 1, "async_execution"], "a crew may end with at most one asynchronous task");
  }
  return sound;
}

function isConditional(task: TaskKeys): boolean {
  return typeof task.type === "string" && conditionalTypes.includes(task.type);
}
