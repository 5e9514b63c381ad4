import { AppError, ErrorCode } from "@crewstream/contracts";
import { placeholders } from "../task/interpolate.ts";
import { taskName } from "../task/task.ts";
import type { CrewDefinition } from "./crew.ts";

/** Throws `configuration` with every fault of a crew's definition, so that it fails when it is loaded. */
export function checkCrew(crew: CrewDefinition): void {
  const faults: string[] = [];
  if (crew.tasks.length === 0) faults.push("it has no tasks");
  const earlier = new Set<string>();
  for (const [index, task] of crew.tasks.entries()) {
    const name = taskName(task, index);
    if (earlier.has(name)) faults.push(`two tasks are named "${name}"`);
    if (!Object.hasOwn(crew.agents, task.agent)) {
      faults.push(
        `task "${name}" names the agent "${task.agent}", but the agents are: ${Object.keys(crew.agents).join(", ")}`,
      );
    }
    for (const other of task.context ?? []) {
      if (!earlier.has(other)) faults.push(`task "${name}" takes context from "${other}", which is no earlier task`);
    }
    earlier.add(name);
  }
  if (faults.length > 0) {
    throw new AppError(`The crew ${crew.name === undefined ? "" : `"${crew.name}" `}cannot run: ${faults.join("; ")}`, {
      code: ErrorCode.configuration,
      details: { faults },
    });
  }
}

/** Sorted names of all placeholders in a crew's texts: AMP's `/inputs`. */
export function crewInputs(crew: CrewDefinition): string[] {
  const texts = [
    ...Object.values(crew.agents).flatMap((agent) => [agent.role, agent.goal, agent.backstory]),
    ...crew.tasks.flatMap((task) => [task.description, task.expectedOutput]),
  ];
  return [...new Set(texts.flatMap(placeholders))].sort();
}
