import { type Crew, defineCrew, type ModelRef } from "@crewstream/crew";
import type { Finding } from "../finding.ts";
import { readProject } from "../load-project.ts";
import { testProject } from "./test-project.ts";

/** A crew of one worker with the tasks of a recording, read from a project's files, and its findings. */
export async function recordedCrew(
  recorded: readonly Record<string, unknown>[],
  model: ModelRef,
): Promise<{ crew: Crew; findings: readonly Finding[] }> {
  const tasks = recorded.map((task) => ({
    description: `Do ${String(task["name"])}`,
    expected_output: "e",
    agent: "worker",
    ...task,
  }));
  await using files = await testProject({
    "crew.json": { name: "c", agents: ["worker"], tasks },
    "agents/worker.json": { role: "Worker", goal: "g", backstory: "b" },
  });
  const { automation, findings } = await readProject(files.dir);
  const { definition } = automation as Crew;
  const agents = Object.entries(definition.agents).map(([name, agent]) => [name, { ...agent, model }] as const);
  return { crew: defineCrew({ ...definition, agents: Object.fromEntries(agents) }), findings };
}
