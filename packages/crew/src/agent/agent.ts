import { createHash } from "node:crypto";
import type { ModelRef } from "../llm/model.ts";
import type { ToolFailurePolicy } from "../tools/failure.ts";
import type { Tool } from "../tools/tool.ts";

/** Who does the work. `{placeholders}` in role, goal and backstory are filled from the inputs. */
export interface AgentDefinition {
  role: string;
  goal: string;
  backstory: string;
  /** Default: the model of the run (`MODEL`). */
  model?: ModelRef;
  tools?: readonly Tool[];
  /** Model answers before a final one is forced. Default 25. */
  maxIter?: number;
  /** Seconds for one execution; when they are over the task fails without another try. */
  maxExecutionTime?: number;
  /** Further tries of a whole execution after an error. Default 2. */
  maxRetryLimit?: number;
  /** What a failed tool means. Default `warn`: an event, and the model is told. */
  toolFailurePolicy?: ToolFailurePolicy;
}

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
