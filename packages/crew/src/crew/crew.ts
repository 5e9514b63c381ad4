import type { Usage } from "@crewstream/contracts";
import type { z } from "zod";
import type { AgentDefinition, StepCallback } from "../agent/agent.ts";
import type { CallerOptions } from "../automation-schema.ts";
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

/** A crew's definition: the argument of `defineCrew`, also built by project readers. */
export interface CrewDefinition<AgentName extends string = string> extends CallerOptions {
  name?: string;
  description?: string;
  /** Agents by name. */
  agents: Readonly<Record<AgentName, AgentDefinition>>;
  /** In order of execution. */
  tasks: readonly TaskDefinition<NoInfer<AgentName>>[];
  /** Default inputs, overridden by those of the kickoff. */
  inputs?: Readonly<Inputs>;
  /**
   * Types, descriptions and defaults of inputs. A kickoff whose inputs do not fit fails; undeclared names are accepted.
   */
  inputSchema?: z.ZodObject;
  /** `hierarchical`: a manager delegates every task to agents. Default `sequential`. */
  process?: "sequential" | "hierarchical";
  /** Model of the built-in manager. Default: the model of the run. */
  managerModel?: ModelRef;
  /** A custom manager, in addition to the agents. It gets the delegation tools and must have no others. */
  managerAgent?: AgentDefinition;
  /** Has a model plan all tasks in advance; each plan is added to its task's description. Default false. */
  planning?: boolean;
  /** The planner's model. Default: the run's model. */
  planningModel?: ModelRef;
  /** Sources that all agents search, in addition to their own. */
  knowledge?: readonly KnowledgeSource[];
  /**
   * Keeps what the agents learn between runs, and adds relevant memories to a task's prompt. `true` stores it under
   * `/crew/NAME`, for agents without a memory of their own. Default false.
   */
  memory?: MemoryRef;
  /** The model that decides what to remember. Default: the first agent's model. */
  memoryModel?: ModelRef;
  /** Finds memories and knowledge by meaning. Default: by words. */
  embedder?: EmbedderRef;
  /** Skills of all agents, after their own. */
  skills?: readonly Skill[];
  /** Caches tool results during the run: the same tool with the same arguments is called once. Default false. */
  cache?: boolean;
  /** Maximum model calls per minute, shared by all agents without a limit of their own; further calls wait. */
  maxRpm?: number;
  /** Used by agents that have none of their own. */
  toolFailurePolicy?: ToolFailurePolicy;
  /** May change the inputs before anything else; the results are journaled. */
  beforeKickoff?: readonly ((inputs: Inputs) => Inputs | void | Promise<Inputs | void>)[];
  /** May change the output after everything else; the results are journaled. */
  afterKickoff?: readonly ((output: CrewOutput) => CrewOutput | void | Promise<CrewOutput | void>)[];
  /** Used by agents that have none of their own. */
  stepCallback?: StepCallback;
  /** Used by tasks that have none of their own. */
  taskCallback?: (output: TaskOutput) => void | Promise<void>;
}

/** A crew's output, in CrewAI's shape (CrewOutput). */
export interface CrewOutput {
  /** Text of the last task that has an output. */
  raw: string;
  pydantic: Json;
  json_dict: Json;
  tasks_output: TaskOutput[];
  token_usage: Usage;
}
