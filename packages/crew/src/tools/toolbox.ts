import type { Agent } from "../agent/agent.ts";
import type { ToolFailurePolicy } from "./failure.ts";
import type { Tool } from "./tool.ts";
import type { ToolCache } from "./tool-cache.ts";

/** What calls of one agent execution share. */
export interface Toolbox {
  tools: ReadonlyMap<string, Tool>;
  /** Calls so far by tool, for `maxUsageCount`. */
  used: Map<string, number>;
  /** Who calls; null where no agent does. */
  agent: Agent | null;
  policy: ToolFailurePolicy;
  /** The step of a plan that the call is made in. */
  planStep?: { number: number; description: string };
  /** Results to take in place of a call, where the crew keeps them. */
  cache?: ToolCache;
}
