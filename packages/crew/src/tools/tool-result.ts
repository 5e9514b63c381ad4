import type { ErrorOrigin } from "../journal.ts";
import type { ToolFailure } from "./failure.ts";

/** The result of a call. `text` is shown to the model, also after a failure: then it says what to do about it. */
export interface ToolResult {
  text: string;
  failure: ToolFailure | null;
  startedAt: string;
  finishedAt: string;
  fromCache: boolean;
  /** Where an error of the tool's code came from. */
  origin?: ErrorOrigin;
}
