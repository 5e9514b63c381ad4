import type { LanguageModelV4Prompt } from "@ai-sdk/provider";
import type { ToolFailureRecord } from "../tools/failure.ts";
import type { Tool } from "../tools/tool.ts";
import type { Toolbox } from "../tools/toolbox.ts";

/** An agent's conversation while it works. */
export interface Conversation {
  messages: LanguageModelV4Prompt;
  failures: ToolFailureRecord[];
  tools: ReadonlyMap<string, Tool>;
  /** Calls so far by tool. */
  used: Map<string, number>;
  /** The step of the agent's plan that it is about. */
  planStep?: Toolbox["planStep"];
}

/** What an agent's loop ended with. */
export interface LoopResult {
  text: string;
  messages: LanguageModelV4Prompt;
  failures: ToolFailureRecord[];
}
