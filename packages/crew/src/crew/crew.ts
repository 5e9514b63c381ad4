import type { Usage } from "@crewstream/contracts";
import type { AgentDefinition, StepCallback } from "../agent/agent.ts";
import type { EmbedderRef } from "../embedder/embedder.ts";
import type { KnowledgeSource } from "../knowledge/knowledge.ts";
import type { ModelRef } from "../llm/model.ts";
import type { MemoryRef } from "../memory/memory.ts";
import type { Json } from "../run/dump.ts";
import type { Skill } from "../skills/skill.ts";
import type { TaskOutput } from "../task/task-output.ts";
import type { TaskDefinition } from "../task/task.ts";
import type { ToolFailurePolicy } from "../tools/failure.ts";

type Inputs = Record<string, unknown>;

/** A crew as data: what `defineCrew` takes and a loader builds. */
export interface CrewDefinition<AgentName extends string = string> {
  name?: string;
  description?: string;
  /** Agents by name. */
  agents: Readonly<Record<AgentName, AgentDefinition>>;
  /** In the order they are done. */
  tasks: readonly TaskDefinition<NoInfer<AgentName>>[];
  /** Default inputs, overridden by those of the kickoff. */
  inputs?: Readonly<Inputs>;
  /** `hierarchical`: a manager does every task by handing it to agents. Default `sequential`. */
  process?: "sequential" | "hierarchical";
  /** Model of the built-in manager. Default: the model of the run. */
  managerModel?: ModelRef;
  /** A manager of one's own, beside the agents. It gets the delegation tools and must have no others. */
  managerAgent?: AgentDefinition;
  /** Has a model plan all tasks first; each task's plan is added to its description. Default false. */
  planning?: boolean;
  /** Model of the planner. Default: the model of the run. */
  planningModel?: ModelRef;
  /** Texts that all its agents look things up in, beside their own. */
  knowledge?: readonly KnowledgeSource[];
  /**
   * What its agents learn is kept between runs, and told to them when it fits a task. `true` keeps it at `/crew/NAME`, for
   * agents that have no memory of their own. Default false.
   */
  memory?: MemoryRef;
  /** Says what of a result is worth remembering. Default: the model of the first agent. */
  memoryModel?: ModelRef;
  /** Finds memories and pieces of knowledge by their meaning. Default: they are found by their words. */
  embedder?: EmbedderRef;
  /** Skills of all its agents, after their own. */
  skills?: readonly Skill[];
  /** Keeps tool results for the time of the run: the same tool with the same arguments is called once. Default false. */
  cache?: boolean;
  /** Model calls a minute of all agents that have no limit of their own; further ones wait. */
  maxRpm?: number;
  /** For agents that have none of their own. */
  toolFailurePolicy?: ToolFailurePolicy;
  /** May change the inputs before anything else; what they give is journaled. */
  beforeKickoff?: readonly ((inputs: Inputs) => Inputs | void | Promise<Inputs | void>)[];
  /** May change the output after everything else; what they give is journaled. */
  afterKickoff?: readonly ((output: CrewOutput) => CrewOutput | void | Promise<CrewOutput | void>)[];
  /** For agents that have none of their own. */
  stepCallback?: StepCallback;
  /** For tasks that have none of their own. */
  taskCallback?: (output: TaskOutput) => void | Promise<void>;
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
