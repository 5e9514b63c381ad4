import { eventType } from "./event-type.ts";
import { errorOrigin, integer, maybeText, nullableText, text } from "./fields.ts";
import { taskOutput, taskView } from "./projections.ts";

const placed = {
  task: taskView.nullish(),
  task_index: integer.nonnegative().optional().describe("The task's position among the crew's tasks, from 0."),
  task_count: integer.positive().optional().describe("Number of tasks of the crew."),
};

const which = {
  task_id: "b4b5d9c2-6f31-4a7e-9b0a-2f4c8d1e7a53",
  task_name: "research",
  task: { id: "b4b5d9c2-6f31-4a7e-9b0a-2f4c8d1e7a53", name: "research", description: "Find what changed in 4.2" },
  task_index: 0,
  task_count: 2,
};

export const taskEvents = {
  task_started: eventType(
    "A task begins.",
    { ...placed, context: nullableText.describe("Outputs of earlier tasks that it gets; empty for the first.") },
    { ...which, context: "" },
  ),
  task_completed: eventType(
    "A task is completed; its guardrails have passed.",
    { ...placed, output: taskOutput },
    {
      ...which,
      output: {
        description: "Find what changed in 4.2",
        name: "research",
        expected_output: "A list of changes",
        summary: "Find what changed in 4.2...",
        raw: "- Faster cold start (#812)",
        pydantic: null,
        json_dict: null,
        agent: "Researcher",
        output_format: "raw",
        messages: [{ role: "assistant", content: "- Faster cold start (#812)" }],
        tool_failures: [],
      },
    },
  ),
  task_failed: eventType(
    "A task failed permanently, after all retries.",
    { ...placed, error: text, error_type: maybeText.describe("The error's class."), ...errorOrigin },
    { ...which, error_type: "AI_APICallError", error: "The model answered 429 three times" },
  ),
  task_evaluation: eventType(
    "A task's output was graded.",
    { ...placed, evaluation_type: text },
    { ...which, evaluation_type: "task_evaluation" },
  ),
};
