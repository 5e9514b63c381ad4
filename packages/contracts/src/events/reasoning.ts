import { eventType } from "./event-type.ts";
import { flag, optionalInteger, text } from "./fields.ts";

const reasoning = { task_id: text, agent_role: text, attempt: optionalInteger };
const which = { task_id: "b4b5d9c2-6f31-4a7e-9b0a-2f4c8d1e7a53", agent_role: "Researcher", attempt: 1 };

export const reasoningEvents = {
  agent_reasoning_started: eventType("An agent thinks a task through before it begins.", reasoning, which),
  agent_reasoning_completed: eventType(
    "An agent has a plan for a task; `ready` says whether it considers the plan sufficient.",
    { ...reasoning, plan: text, ready: flag },
    { ...which, plan: "1. Read the changelog\n2. List the changes", ready: true },
  ),
  agent_reasoning_failed: eventType(
    "An agent's reasoning about a task failed; it works without a plan.",
    { ...reasoning, error: text },
    { ...which, error: "The model's plan could not be read" },
  ),
};
