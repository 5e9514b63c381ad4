import { z } from "zod";
import { eventType } from "./event-type.ts";
import { anything, integer, maybeText, nullableText, optionalText } from "./fields.ts";
import { stepToolCall } from "./projections.ts";

const step_index = integer.nonnegative().describe("The step's number within the agent's work on the task, from 0.");
const prompt = optionalText.describe("What the model was last told: the task, or the results of the step before.");

const asked = { step_index: 0, prompt: "Find what changed in 4.2" };

/** Ours: a step of an agent is one model answer with the tool calls it leads to. AMP's step webhook is made from its end. */
export const crewStepEvents = {
  crew_step_started: eventType(
    "A step of an agent begins; it is no parent: the calls inside it hang under the agent.",
    { step_index, prompt },
    asked,
  ),
  crew_step_completed: eventType(
    "A step of an agent is done, or has failed: what the model answered and what its tool calls gave.",
    {
      step_index,
      prompt,
      thought: optionalText.describe("The model's text beside its tool calls; empty when it wrote none."),
      action: optionalText.describe("Thought, action and input as one text, in the form of CrewAI's ReAct agents."),
      tool: nullableText.describe("The first tool called; null when the step is the final answer."),
      tool_input: anything.nullish().describe("That call's arguments."),
      result: maybeText.describe("What that call gave, or the answer of a step without calls."),
      output: maybeText.describe("The agent's final answer, when this step gave it."),
      error: maybeText.describe("Why the step failed."),
      tool_calls: z.array(stepToolCall).optional().describe("All calls of the step, in the order the model asked."),
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
