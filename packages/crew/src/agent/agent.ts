import { createHash } from "node:crypto";
import type { EmbedderRef } from "../embedder/embedder.ts";
import type { Guardrail } from "../guardrail/guardrail.ts";
import type { KnowledgeSource } from "../knowledge/knowledge.ts";
import type { ModelRef } from "../llm/model.ts";
import type { MemoryRef } from "../memory/memory.ts";
import type { McpServer, McpSlug } from "../mcp/mcp-server.ts";
import type { Skill } from "../skills/skill.ts";
import type { ToolFailurePolicy } from "../tools/failure.ts";
import type { Tool } from "../tools/tool.ts";
import type { PlanningSettings } from "./planning/planning.ts";
import type { StepReport } from "./agent-step.ts";

/** Who does the work. `{placeholders}` in role, goal and backstory are filled from the inputs. */
export interface AgentDefinition {
  role: string;
  goal: string;
  backstory: string;
  /** Default: the model of the run (`MODEL`). */
  model?: ModelRef;
  tools?: readonly Tool[];
  /** Servers of the Model Context Protocol that it gets more tools from. */
  mcps?: readonly (McpServer | McpSlug)[];
  /** Texts that it looks things up in before it begins, by the words of its task. */
  knowledge?: readonly KnowledgeSource[];
  /** Pieces of them that it is told. Default 5. */
  knowledgeLimit?: number;
  /** How alike a piece must be to be told, 0 to 1, where an embedder finds it. Default 0.6. */
  knowledgeThreshold?: number;
  /** A memory of its own, in place of the crew's. False or absent: the crew's, if it has one. */
  memory?: MemoryRef;
  /** Default: the crew's. */
  embedder?: EmbedderRef;
  /** What it can do in a way of its own; see {@link Skill}. */
  skills?: readonly Skill[];
  /** Gives it the tools to hand work to, and ask, the other agents of its crew. Default false. */
  allowDelegation?: boolean;
  /** Model answers before a final one is forced. Default 25. */
  maxIter?: number;
  /** Model calls a minute; further ones wait. Default: the crew's limit. */
  maxRpm?: number;
  /** Seconds for one execution; when they are over the task fails without another try. */
  maxExecutionTime?: number;
  /** Further tries of a whole execution after an error. Default 2. */
  maxRetryLimit?: number;
  /** Whether its tool results may come from the crew's cache, where the crew has one. Default true. */
  cache?: boolean;
  /** What a failed tool means. Default: the crew's, else `warn`: an event, and the model is told. */
  toolFailurePolicy?: ToolFailurePolicy;
  /** Whether a conversation that is too long for the model is summarised instead of failing. Default true. */
  respectContextWindow?: boolean;
  /** False puts everything into the user's message, for models that take no system message. Default true. */
  useSystemPrompt?: boolean;
  /** Has it plan a task before it acts, and do the plan's steps one by one; `true`: once, at low effort. Default: it acts at once. */
  planning?: true | PlanningSettings;
  /**
   * With both, the agent is told all in one message of the user's: who it is in place of `{{ .System }}`, the task in place of
   * `{{ .Prompt }}`, for models that read their roles in the text.
   */
  systemTemplate?: string;
  promptTemplate?: string;
  /** What stands before `{{ .Response }}` ends that message, what stands after it ends the answer. */
  responseTemplate?: string;
  /** Tells the agent the day's date, in UTC. Default false. */
  injectDate?: boolean;
  /** Form of that date, in Python's `strftime`. Default `%Y-%m-%d`. */
  dateFormat?: string;
  /** Checks what it says when it works on its own (`agent.kickoff`). */
  guardrail?: Guardrail;
  /** Further tries after a guardrail has refused. Default 3. */
  guardrailMaxRetries?: number;
  /** Told of every step; see also the crew's. */
  stepCallback?: StepCallback;
}

/** Called after each step of an agent, once in the life of a run. Throwing fails the step. */
export type StepCallback = (step: StepReport) => void | Promise<void>;

/** An agent of a run: its texts are filled in, its id is the same on every replay. */
export interface Agent {
  definition: AgentDefinition;
  /** Name in its crew. */
  name: string;
  id: string;
  role: string;
  goal: string;
  backstory: string;
  /** Stands for what the agent is (not for which run it is in), as CrewAI's `agent_key`. */
  key: string;
}

/** CrewAI's `agent_key`: a hash of the texts that make the agent. */
export function agentKey(role: string, goal: string, backstory: string): string {
  return createHash("sha256").update([role, goal, backstory].join("\n")).digest("hex").slice(0, 32);
}

/** An agent as events show it: who it is, not the live object. */
export function agentSummary(agent: Agent): Record<string, unknown> {
  return { id: agent.id, key: agent.key, name: agent.name, role: agent.role, goal: agent.goal };
}
