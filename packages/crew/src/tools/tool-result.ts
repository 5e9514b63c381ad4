import type { ToolFailure } from "./failure.ts";

/** How a call ended. `text` goes to the model, also when it failed: then it says what to do about it. */
export interface ToolResult {
  text: string;
  failure: ToolFailure | null;
  startedAt: string;
  finishedAt: string;
  fromCache: boolean;
}
