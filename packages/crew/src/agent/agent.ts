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

/** An agent of a crew. `{placeholders}` in role, goal and backstory are filled from the inputs. */
export interface AgentDefinition {
  role: string;
  goal: string;
  backstory: string;
  /** Default: the run's model (`MODEL`). */
  model?: ModelRef;
  tools?: readonly Tool[];
  /** MCP servers that provide further tools. */
  mcps?: readonly (McpServer | McpSlug)[];
  /** Sources searched before the agent starts, with a query made from its task. */
  knowledge?: readonly KnowledgeSource[];
  /** Maximum number of knowledge passages in the prompt. Default 5. */
  knowledgeLimit?: number;
  /** Minimum similarity of a passage, 0 to 1, if an embedder is used. Default 0.6. */
  knowledgeThreshold?: number;
  /** The agent's own memory, instead of the crew's. False or absent: the crew's, if it has one. */
  memory?: MemoryRef;
  /** Default: the crew's. */
  embedder?: EmbedderRef;
  /** Skills of the agent; see {@link Skill}. */
  skills?: readonly Skill[];
  /** Gives it tools to delegate work to the crew's other agents and to ask them questions. Default false. */
  allowDelegation?: boolean;
  /** Model responses before a final answer is forced. Default 25. */
  maxIter?: number;
  /** Maximum model calls per minute; further calls wait. Default: the crew's limit. */
  maxRpm?: number;
  /** Time limit of one execution in seconds; when it is exceeded, the task fails without a retry. */
  maxExecutionTime?: number;
  /** Retries of a whole execution after an error, and corrections of an answer that does not fit its schema. Default 2. */
  maxRetryLimit?: number;
  /** Whether its tool results may come from the crew's cache, if the crew has one. Default true. */
  cache?: boolean;
  /** What a failed tool means. Default: the crew's policy, else `warn`: an event, and the model sees the error. */
  toolFailurePolicy?: ToolFailurePolicy;
  /** Whether a conversation that exceeds the model's context window is summarised instead of failing. Default true. */
  respectContextWindow?: boolean;
  /** False puts everything into the user message, for models without system messages. Default true. */
  useSystemPrompt?: boolean;
  /**
   * Plans a task before acting and then executes the plan step by step; `true`: one plan, at low effort. Default: no
   * plan.
   */
  planning?: true | PlanningSettings;
  /**
   * If both templates are set, the agent gets a single user message: its role replaces `{{ .System }}`, the task
   * replaces `{{ .Prompt }}`. For models that read roles from the text.
   */
  systemTemplate?: string;
  promptTemplate?: string;
  /** The text before `{{ .Response }}` ends that message, the text after it is a stop sequence. */
  responseTemplate?: string;
  /** Adds today's date (UTC) to the prompt. Default false. */
  injectDate?: boolean;
  /** Format of that date, in Python's `strftime`. Default `%Y-%m-%d`. */
  dateFormat?: string;
  /** Checks the agent's answer when it works outside a crew (`agent.kickoff`). */
  guardrail?: Guardrail;
  /** Retries after the guardrail has rejected an answer. Default 3. */
  guardrailMaxRetries?: number;
  /** Called for every step, in addition to the crew's callback. */
  stepCallback?: StepCallback;
}

/** Called after each step of an agent, exactly once per run. Throwing fails the step. */
export type StepCallback = (step: StepReport) => void | Promise<void>;

/** An agent of a run: its texts are filled in, and its id is the same on every replay. */
export interface Agent {
  definition: AgentDefinition;
  /** Its name in the crew. */
  name: string;
  id: string;
  role: string;
  goal: string;
  backstory: string;
  /** Identifies the agent independently of the run, as CrewAI's `agent_key`. */
  key: string;
}

/** CrewAI's `agent_key`: a hash of the agent's texts. */
export function agentKey(role: string, goal: string, backstory: string): string {
  return createHash("sha256").update([role, goal, backstory].join("\n")).digest("hex").slice(0, 32);
}

/** An agent as it appears in events: its identity, not the live object. */
export function agentSummary(agent: Agent): Record<string, unknown> {
  return { id: agent.id, key: agent.key, name: agent.name, role: agent.role, goal: agent.goal };
}
