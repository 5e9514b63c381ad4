import { z } from "zod";
import { eventType } from "./event-type.ts";
import { anything, errorOrigin, integer, maybeText, optionalFlag, text } from "./fields.ts";
import { agentInfo, agentView, messages, taskView, toolView } from "./projections.ts";

const agent = agentView;
const task = taskView;
const tools = z.array(toolView).nullable();
const evaluated = { agent_id: text, agent_role: text, iteration: integer };

const researcher = { id: "5f0c1f6e-0a52-4d0b-8f5e-6b7d3c1a9e24", role: "Researcher" };
const research = {
  id: "b4b5d9c2-6f31-4a7e-9b0a-2f4c8d1e7a53",
  name: "research",
  description: "Find what changed in 4.2",
  expected_output: "A list of changes with their pull requests",
};
const whoEvaluated = { agent_id: researcher.id, agent_role: researcher.role, iteration: 1 };
const info = { ...researcher, goal: "Find facts", backstory: "Reads changelogs for a living", tools: [] };

export const agentEvents = {
  agent_execution_started: eventType(
    "An agent begins to work on a task; emitted again for each retry of the same task.",
    { agent, task, tools, task_prompt: text.describe("The task as it is given to the model, with its context.") },
    {
      agent: researcher,
      task: research,
      tools: [{ name: "search_changelog", description: "Searches the changelog" }],
      task_prompt: "Find what changed in 4.2\n\nExpected: a list of changes with their pull requests",
    },
  ),
  agent_execution_completed: eventType(
    "An agent has completed its answer for a task.",
    { agent, task, output: text },
    { agent: researcher, task: research, output: "- Faster cold start (#812)" },
  ),
  agent_execution_error: eventType(
    "An agent's attempt at a task failed; a retry may follow.",
    { agent, task, error: text, ...errorOrigin },
    { agent: researcher, task: research, error: "The model answered 429 three times" },
  ),
  lite_agent_execution_started: eventType(
    "An agent that works outside a crew, such as a guardrail's judge, begins.",
    { agent_info: agentInfo, tools, messages },
    { agent_info: info, tools: [], messages: [{ role: "user", content: "Is each claim sourced?" }] },
  ),
  lite_agent_execution_completed: eventType(
    "An agent outside a crew has completed its answer.",
    { agent_info: agentInfo, output: text },
    { agent_info: info, output: '{"valid": true, "feedback": null}' },
  ),
  lite_agent_execution_error: eventType(
    "An agent outside a crew failed.",
    { agent_info: agentInfo, error: text, ...errorOrigin },
    { agent_info: info, error: "The model's answer was empty" },
  ),
  agent_evaluation_started: eventType("The evaluation of an agent's work begins.", evaluated, whoEvaluated),
  agent_evaluation_completed: eventType(
    "One metric of an agent's work was graded.",
    { ...evaluated, metric_category: anything, score: anything },
    { ...whoEvaluated, metric_category: "goal_alignment", score: { score: 8.5, feedback: "All changes found" } },
  ),
  agent_evaluation_failed: eventType(
    "The grading of an agent's work failed.",
    { ...evaluated, error: text },
    { ...whoEvaluated, error: "The judge's answer held no score" },
  ),
  agent_logs_started: eventType(
    "The line that a console shows when an agent begins.",
    { agent_role: text, task_description: maybeText, verbose: optionalFlag },
    { agent_role: researcher.role, task_description: research.description, verbose: false },
  ),
  agent_logs_execution: eventType(
    "The line that a console shows for an agent's action or answer.",
    { agent_role: text, formatted_answer: anything, verbose: optionalFlag },
    {
      agent_role: researcher.role,
      formatted_answer: { thought: "", output: "- Faster cold start (#812)", text: "- Faster cold start (#812)" },
      verbose: false,
    },
  ),
};
