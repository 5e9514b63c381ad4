import { z } from "zod";
import { eventType } from "./event-type.ts";
import { decimal, errorOrigin, integer, nullableRecord, nullableText, optionalInteger, text } from "./fields.ts";
import { taskOutput, tokenUsage } from "./projections.ts";

const crew_name = nullableText.describe("The crew's name.");
const inputs = nullableRecord.describe("The run's inputs.");
const n_iterations = integer;
const named = { crew_name: "release_notes" };

const output = {
  description: "Write the release notes",
  name: "write",
  expected_output: "Markdown",
  summary: "Write the release notes...",
  raw: "# 4.2\n- Faster cold start",
  pydantic: null,
  json_dict: null,
  agent: "Writer",
  output_format: "raw",
};

export const crewEvents = {
  crew_kickoff_started: eventType(
    "A crew begins to run.",
    { crew_name, inputs },
    { ...named, inputs: { version: "4.2" } },
  ),
  crew_kickoff_completed: eventType(
    "A crew has run to its end.",
    {
      crew_name,
      output: taskOutput.describe("The output of the last task that has one."),
      total_tokens: optionalInteger,
      token_usage: tokenUsage.optional().describe("Tokens and calls of the whole run."),
      tasks_output: z.array(taskOutput).optional().describe("Every task's output, in order."),
    },
    {
      ...named,
      output,
      total_tokens: 360,
      token_usage: {
        total_tokens: 360,
        prompt_tokens: 300,
        cached_prompt_tokens: 0,
        completion_tokens: 60,
        reasoning_tokens: 0,
        cache_creation_tokens: 0,
        successful_requests: 3,
      },
      tasks_output: [output],
    },
  ),
  crew_kickoff_failed: eventType(
    "A crew's run ended with an error.",
    { crew_name, error: text, ...errorOrigin },
    { ...named, error: "Task 'research' failed: the model answered 429 three times" },
  ),
  crew_train_started: eventType(
    "A crew's training begins.",
    { crew_name, n_iterations, filename: text, inputs },
    { ...named, n_iterations: 3, filename: "trained_agents.json", inputs: null },
  ),
  crew_train_completed: eventType(
    "A crew's training is completed and its results are stored.",
    { crew_name, n_iterations, filename: text },
    { ...named, n_iterations: 3, filename: "trained_agents.json" },
  ),
  crew_train_failed: eventType(
    "A crew's training ended with an error.",
    { crew_name, error: text },
    { ...named, error: "No feedback was given" },
  ),
  crew_test_started: eventType(
    "A crew's test begins: several runs, graded by a model.",
    { crew_name, n_iterations, eval_llm: nullableText.describe("The grading model's name."), inputs },
    { ...named, n_iterations: 2, eval_llm: "openai/gpt-4o-mini", inputs: null },
  ),
  crew_test_completed: eventType("A crew's test is done.", { crew_name }, named),
  crew_test_failed: eventType(
    "A crew's test ended with an error.",
    { crew_name, error: text },
    { ...named, error: "The grading model could not be reached" },
  ),
  crew_test_result: eventType(
    "One run of a crew's test was graded.",
    { crew_name, quality: decimal, execution_duration: decimal, model: text },
    { ...named, quality: 8.5, execution_duration: 12.4, model: "openai/gpt-4o-mini" },
  ),
};
