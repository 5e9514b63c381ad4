import { eventType } from "./event-type.ts";
import { anything, decimal, integer, maybeDecimal, maybeRecord, maybeText, text } from "./fields.ts";

const query = { query: text, limit: integer, score_threshold: maybeDecimal };
const asked = { query: "What changed in 4.2?", limit: 3, score_threshold: 0.5 };
const kept = { value: "Cold starts became faster in 4.2", metadata: { source: "task" } };

export const memoryEvents = {
  memory_query_started: eventType("A memory is searched.", query, asked),
  memory_query_completed: eventType(
    "A search of a memory has its results.",
    { ...query, results: anything, query_time_ms: decimal },
    { ...asked, results: [{ content: kept.value, score: 0.83 }], query_time_ms: 12.5 },
  ),
  memory_query_failed: eventType(
    "A search of a memory failed; the agent continues without it.",
    { ...query, error: text },
    { ...asked, error: "The embedding model could not be reached" },
  ),
  memory_save_started: eventType(
    "Something is about to be saved to memory.",
    { value: maybeText, metadata: maybeRecord },
    kept,
  ),
  memory_save_completed: eventType(
    "Something was saved to memory; may arrive after its enclosing scope has ended.",
    { value: text, metadata: maybeRecord, save_time_ms: decimal },
    { ...kept, save_time_ms: 31.2 },
  ),
  memory_save_failed: eventType(
    "Something could not be saved to memory; the run continues.",
    { value: maybeText, metadata: maybeRecord, error: text },
    { ...kept, error: "The store is read-only" },
  ),
  memory_retrieval_started: eventType("What an agent remembers is gathered for a task's prompt.", {}),
  memory_retrieval_completed: eventType(
    "An agent's memories were added to a task's prompt.",
    { memory_content: text, retrieval_time_ms: decimal },
    { memory_content: "- Cold starts became faster in 4.2", retrieval_time_ms: 14.1 },
  ),
  memory_retrieval_failed: eventType(
    "An agent's memories could not be retrieved; the task continues without them.",
    { error: text },
    { error: "The store did not answer" },
  ),
};
