import { eventType } from "./event-type.ts";
import { anything, flag, integer, maybeText, text } from "./fields.ts";

const kind = {
  guardrail_type: maybeText.describe("function, llm or hallucination."),
  guardrail_name: maybeText,
};
const retry_count = integer.nonnegative().describe("How often the task was rejected before, from 0.");

const which = { guardrail_type: "llm", guardrail_name: "Every claim names its pull request" };

export const llmGuardrailEvents = {
  llm_guardrail_started: eventType(
    "A guardrail begins to check a task's output.",
    { ...kind, guardrail: text.describe("Its description, or a function's name; never source text."), retry_count },
    { ...which, guardrail: "Every claim names its pull request", retry_count: 0 },
  ),
  llm_guardrail_completed: eventType(
    "A guardrail has judged; without success the task is retried.",
    {
      ...kind,
      success: flag,
      result: anything.describe("The accepted output, else null."),
      error: maybeText,
      retry_count,
    },
    { ...which, success: false, result: null, error: "The second claim names none", retry_count: 0 },
  ),
};
