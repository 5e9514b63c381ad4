import { eventType } from "./event-type.ts";

/** Sent by CrewAI at the first kickoff of a process; they have no specific fields. */
export const envEvents = {
  cc_env: eventType("The run was started from Claude Code.", {}),
  codex_env: eventType("The run was started from Codex.", {}),
  cursor_env: eventType("The run was started from Cursor.", {}),
  default_env: eventType("The run was started from no known coding tool.", {}),
};
