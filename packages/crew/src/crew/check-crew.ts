import { AppError, ErrorCode } from "@crewstream/contracts";
import { taskName, type TaskDefinition } from "../task/task.ts";
import type { CrewDefinition } from "./crew.ts";

/** Throws `configuration` with every error in a crew's definition, so that it fails when it is loaded. */
export function checkCrew(crew: CrewDefinition): void {
  const faults = [...taskFaults(crew), ...orderFaults(crew.tasks), ...managerFaults(crew), ...toolFaults(crew)];
  if (faults.length > 0) {
    throw new AppError(`The crew ${crew.name === undefined ? "" : `"${crew.name}" `}cannot run: ${faults.join("; ")}`, {
      code: ErrorCode.configuration,
      details: { faults },
    });
  }
}

function taskFaults(crew: CrewDefinition): string[] {
  const faults: string[] = crew.tasks.length === 0 ? ["it has no tasks"] : [];
  const known = Object.keys(crew.agents);
  const earlier = new Map<string, TaskDefinition>();
  for (const [index, task] of crew.tasks.entries()) {
    const name = taskName(task, index);
    if (earlier.has(name)) faults.push(`two tasks are named "${name}"`);
    if (task.agent === undefined && crew.process !== "hierarchical") faults.push(`task "${name}" names no agent`);
    if (task.agent !== undefined && !known.includes(task.agent)) {
      faults.push(`task "${name}" names the agent "${task.agent}", but the agents are: ${known.join(", ")}`);
    }
    for (const other of task.context ?? []) {
      if (!earlier.has(other))
        faults.push(`task "${name}" takes context from "${other}", which is not an earlier task`);
      const beside = [...earlier.values()].slice(lastInTurn(earlier) + 1);
      if (
        task.asyncExecution === true &&
        beside.some((each, at) => taskName(each, lastInTurn(earlier) + 1 + at) === other)
      ) {
        faults.push(`task "${name}" takes context from "${other}", which runs in parallel`);
      }
    }
    earlier.set(name, task);
  }
  return faults;
}

/** Index of the last task that is not asynchronous, -1 if there is none. */
function lastInTurn(tasks: ReadonlyMap<string, TaskDefinition>): number {
  return [...tasks.values()].findLastIndex((task) => task.asyncExecution !== true);
}

function orderFaults(tasks: readonly TaskDefinition[]): string[] {
  const faults: string[] = [];
  if (tasks[0]?.condition !== undefined)
    faults.push("its first task has a condition, but there is no output before it");
  if (tasks.some((task) => task.condition !== undefined && task.asyncExecution === true)) {
    faults.push("a task with a condition cannot be asynchronous");
  }
  if (tasks.at(-1)?.asyncExecution === true && tasks.at(-2)?.asyncExecution === true) {
    faults.push("it ends with more than one asynchronous task, so its result is ambiguous");
  }
  return faults;
}

function toolFaults(crew: CrewDefinition): string[] {
  const lists = [
    ...Object.entries(crew.agents).map(([name, { tools }]) => ({ owner: `agent "${name}"`, tools })),
    ...crew.tasks.map((task, index) => ({ owner: `task "${taskName(task, index)}"`, tools: task.tools })),
  ];
  return lists.flatMap(({ owner, tools = [] }) => {
    const names = tools.map((tool) => tool.name);
    const doubles = new Set(names.filter((name, index) => names.indexOf(name) !== index));
    return [...doubles].map((name) => `${owner} has two tools named "${name}"`);
  });
}

function managerFaults(crew: CrewDefinition): string[] {
  if (crew.managerAgent?.tools?.length) return ["its manager must not have its own tools"];
  const unused = crew.managerAgent !== undefined || crew.managerModel !== undefined;
  return unused && crew.process !== "hierarchical" ? ["it has a manager, but its process is not hierarchical"] : [];
}
