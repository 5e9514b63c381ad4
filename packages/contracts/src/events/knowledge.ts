import { eventType } from "./event-type.ts";
import { text } from "./fields.ts";

const query = text.describe("The query to the sources, as rewritten by a model.");
const asked = { query: "changes in version 4.2" };

export const knowledgeEvents = {
  knowledge_search_query_started: eventType("The knowledge sources are consulted for a task.", {}),
  knowledge_search_query_completed: eventType(
    "The knowledge sources have returned results.",
    { query, retrieved_knowledge: text },
    { ...asked, retrieved_knowledge: "4.2 makes cold starts faster." },
  ),
  knowledge_search_query_failed: eventType(
    "The knowledge sources could not be searched.",
    { query, error: text },
    { ...asked, error: "The index is missing" },
  ),
  knowledge_query_started: eventType(
    "A model turns a task into a query for the knowledge sources.",
    { task_prompt: text },
    { task_prompt: "Find what changed in 4.2" },
  ),
  knowledge_query_completed: eventType(
    "A model has written the query for the knowledge sources.",
    { query: text },
    asked,
  ),
  knowledge_query_failed: eventType(
    "A model could not write a query for the knowledge sources.",
    { error: text },
    { error: "The model's answer was empty" },
  ),
};
