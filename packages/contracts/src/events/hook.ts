import { z } from "zod";
import { eventType } from "./event-type.ts";
import { decimal, integer, maybeText, text } from "./fields.ts";

export const hookEvents = {
  hook_dispatched: eventType(
    "Hooks of the automation ran at a point of the run: let it pass, changed it, or stopped it.",
    {
      interception_point: text,
      outcome: z.enum(["proceeded", "modified", "aborted"]),
      hook_count: integer,
      duration_ms: decimal,
      abort_reason: maybeText,
      abort_source: maybeText,
    },
    { interception_point: "before_llm_call", outcome: "proceeded", hook_count: 1, duration_ms: 0.4 },
  ),
};
