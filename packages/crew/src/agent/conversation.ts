import type { LanguageModelV4Prompt } from "@ai-sdk/provider";
import type { ToolFailureRecord } from "../tools/failure.ts";
import type { Tool } from "../tools/tool.ts";
import type { Toolbox } from "../tools/toolbox.ts";

/** An agent's conversation during an execution. */
export interface Conversation {
  messages: LanguageModelV4Prompt;
  failures: ToolFailureRecord[];
  tools: ReadonlyMap<string, Tool>;
  /** Number of calls so far, by tool. */
  used: Map<string, number>;
  /** The step of the agent's plan that it works on. */
  planStep?: Toolbox["planStep"];
}

/** The outcome of an agent's loop. */
export interface LoopResult {
  text: string;
  messages: LanguageModelV4Prompt;
  failures: ToolFailureRecord[];
}
