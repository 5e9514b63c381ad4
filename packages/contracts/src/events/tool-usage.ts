import { z } from "zod";
import { eventType } from "./event-type.ts";
import {
  anything,
  errorOrigin,
  instant,
  maybeInteger,
  maybeText,
  nullableText,
  optionalFlag,
  optionalInteger,
  record,
  text,
} from "./fields.ts";
import { agentView, toolFailure } from "./projections.ts";

const usage = {
  agent_key: maybeText,
  tool_name: text,
  tool_args: z.union([record, text]).describe("Arguments; as text if the model's JSON was invalid."),
  tool_class: maybeText,
  run_attempts: optionalInteger.describe("Number of this attempt, as counted by its runner."),
  delegations: maybeInteger,
  agent: agentView.nullish(),
  tool_call_id: maybeText.describe("The model's id of the call, as in `llm_stream_chunk`; repeats within a run."),
  call_id: maybeText.describe("Id of the model call that requested it."),
  plan_step_number: maybeInteger,
  plan_step_description: maybeText,
};

const which = { tool_name: "search_changelog", tool_args: { query: "4.2" }, run_attempts: 0 };
const failed = { message: "upstream 503", reason: "exception", code: "HTTPError", retryable: false, details: {} };

export const toolUsageEvents = {
  tool_usage_started: eventType("A tool is called.", usage, which),
  tool_usage_finished: eventType(
    "A tool call is completed; `failure` is set if the tool reported one instead of a result.",
    {
      ...usage,
      started_at: instant,
      finished_at: instant,
      from_cache: optionalFlag,
      output: anything.describe("The result given to the agent."),
      failure: toolFailure.nullish(),
    },
    {
      ...which,
      started_at: "2026-11-23T14:08:45.167Z",
      finished_at: "2026-11-23T14:08:45.412Z",
      from_cache: false,
      output: "#812 Faster cold start",
      failure: null,
    },
  ),
  tool_usage_error: eventType(
    "A tool call raised an error; the agent gets the error and continues.",
    { ...usage, error: anything, ...errorOrigin },
    { ...which, error: "upstream 503" },
  ),
  tool_failure_detected: eventType(
    "A tool call gave no result; says why and which policy applies.",
    { ...usage, failure: toolFailure, policy: z.enum(["ignore", "warn", "raise"]) },
    { ...which, failure: failed, policy: "warn" },
  ),
  tool_validate_input_error: eventType(
    "A model's arguments did not match the tool's schema.",
    { ...usage, error: anything },
    { ...which, tool_args: "not json at all", error: "The arguments must be a JSON object" },
  ),
  tool_selection_error: eventType(
    "A model requested a tool that the agent does not have.",
    { ...usage, error: anything },
    { ...which, tool_name: "serach_changelog", error: "There is no tool serach_changelog" },
  ),
  tool_execution_error: eventType(
    "A tool failed while running. CrewAI documents this type and never emits it.",
    {
      error: anything,
      tool_name: text,
      tool_args: record,
      tool_class: nullableText.describe("The tool's class, by name."),
      agent: agentView.nullish(),
    },
    { tool_name: "search_changelog", tool_args: { query: "4.2" }, tool_class: null, error: "upstream 503" },
  ),
};
