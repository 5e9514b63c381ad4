import type { Agent } from "../agent/agent.ts";
import type { CrewWide } from "../agent/assignment.ts";
import type { Tool } from "../tools/tool.ts";
import type { TaskDefinition } from "./task.ts";

/** A task of a run: its texts are filled in, and its agent and tools are determined. */
export interface PlannedTask {
  definition: TaskDefinition;
  name: string;
  description: string;
  expectedOutput: string;
  agent: Agent;
  tools: readonly Tool[];
  outputFile: string | undefined;
  index: number;
  count: number;
  crewName: string;
  shared: CrewWide;
}
