import { z } from "zod";
import { eventType } from "./event-type.ts";
import { anything, integer, maybeText, nullableText, optionalText } from "./fields.ts";
import { stepToolCall } from "./projections.ts";

const step_index = integer.nonnegative().describe("The step's number within the agent's work on the task, from 0.");
const prompt = optionalText.describe("The model's latest input: the task, or the results of the previous step.");

const asked = { step_index: 0, prompt: "Find what changed in 4.2" };

/**
 * Ours: a step of an agent is one model response with the tool calls it leads to. AMP's step webhook is derived from
 * its end.
 */
export const crewStepEvents = {
  crew_step_started: eventType(
    "A step of an agent begins; the calls inside it have the agent as their parent, not the step.",
    { step_index, prompt },
    asked,
  ),
  crew_step_completed: eventType(
    "A step of an agent is completed, or has failed: the model's response and the results of its tool calls.",
    {
      step_index,
      prompt,
      thought: optionalText.describe("The model's text next to its tool calls; empty if it wrote none."),
      action: optionalText.describe("Thought, action and input as one text, in the form of CrewAI's ReAct agents."),
      tool: nullableText.describe("The first tool called; null when the step is the final answer."),
      tool_input: anything.nullish().describe("That call's arguments."),
      result: maybeText.describe("That call's result, or the answer of a step without calls."),
      output: maybeText.describe("The agent's final answer, if this step produced it."),
      error: maybeText.describe("Why the step failed."),
      tool_calls: z
        .array(stepToolCall)
        .optional()
        .describe("All calls of the step, in the order that the model requested them."),
    },
    {
      ...asked,
      thought: "I look it up in the changelog.",
      action: 'Thought: I look it up in the changelog.\nAction: search_changelog\nAction Input: {"query": "4.2"}',
      tool: "search_changelog",
      tool_input: { query: "4.2" },
      result: "#812 Faster cold start",
      output: null,
      error: null,
      tool_calls: [
        { id: "call_1", tool: "search_changelog", tool_input: { query: "4.2" }, result: "#812 Faster cold start" },
      ],
    },
  ),
};
