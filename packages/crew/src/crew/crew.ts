import type { AgentDefinition } from "../agent/agent.ts";
import type { Json } from "../run/dump.ts";
import type { TaskDefinition } from "../task/task.ts";
import type { TaskOutput } from "../task/task-output.ts";
import type { Usage } from "@crewstream/contracts";

/** A crew as data: what `defineCrew` takes and a loader builds. */
export interface CrewDefinition<AgentName extends string = string> {
  name?: string;
  description?: string;
  /** Agents by name. */
  agents: Readonly<Record<AgentName, AgentDefinition>>;
  /** In the order they are done. */
  tasks: readonly TaskDefinition<NoInfer<AgentName>>[];
  /** Default inputs, overridden by those of the kickoff. */
  inputs?: Readonly<Record<string, unknown>>;
}

/** What a crew gives, in CrewAI's shape (its CrewOutput). */
export interface CrewOutput {
  /** Text of the last task that gave any. */
  raw: string;
  pydantic: Json;
  json_dict: Json;
  tasks_output: TaskOutput[];
  token_usage: Usage;
}
