import type { Agent } from "../agent/agent.ts";
import type { ToolFailurePolicy } from "./failure.ts";
import type { Tool } from "./tool.ts";
import type { ToolCache } from "./tool-cache.ts";

/** Shared by the tool calls of one agent execution. */
export interface Toolbox {
  tools: ReadonlyMap<string, Tool>;
  /** Number of calls so far by tool, for `maxUsageCount`. */
  used: Map<string, number>;
  /** The calling agent; null if there is none. */
  agent: Agent | null;
  policy: ToolFailurePolicy;
  /** `call_id` of the model call that asks for the tools. */
  callId?: string;
  /** The plan step in which the call is made. */
  planStep?: { number: number; description: string };
  /** Cached results, if the crew caches them. */
  cache?: ToolCache;
}
