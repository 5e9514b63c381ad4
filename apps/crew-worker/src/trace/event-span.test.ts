import { eventPairs } from "@crewstream/contracts";
import { expect, test } from "vitest";
import { beginsSpan, endOf, endsSpan, spanOf } from "./event-span.ts";

test("every pair of events except an agent's steps is a span", () => {
  for (const [ending, starting] of Object.entries(eventPairs)) {
    const step = starting === "crew_step_started";
    expect([starting, beginsSpan(starting)]).toEqual([starting, !step]);
    expect([ending, endsSpan(ending)]).toEqual([ending, !step]);
  }
  expect(beginsSpan("llm_stream_chunk") || endsSpan("llm_stream_chunk")).toBe(false);
  expect(beginsSpan("custom_started") || endsSpan("custom_failed")).toBe(false);
});

test.each([
  ["llm_call_started", { model: "openai/gpt-4o-mini" }, "chat gpt-4o-mini", "client"],
  ["llm_call_started", { model: "openrouter/meta/llama" }, "chat meta/llama", "client"],
  ["llm_call_started", {}, "chat", "client"],
  ["tool_usage_started", { tool_name: "search" }, "execute_tool search", "internal"],
  ["mcp_tool_execution_started", { tool_name: "search" }, "execute_tool search", "client"],
  ["agent_execution_started", { agent_role: "Expert on secrets" }, "invoke_agent", "internal"],
  ["task_started", { task_name: "research" }, "task research", "internal"],
  ["crew_kickoff_started", { crew_name: "desk" }, "crew_kickoff desk", "internal"],
  ["flow_started", { flow_name: "notes" }, "flow notes", "internal"],
  ["method_execution_started", { flow_name: "notes", method_name: "draft" }, "method_execution draft", "internal"],
  ["memory_query_started", { query: "private", task_name: "t" }, "memory_query", "internal"],
])("%s %j is named %s", (type, data, name, kind) => {
  expect(spanOf(type, data)).toMatchObject({ name, kind, attributes: { "crewstream.event.type": type } });
});

test("no text of a run is in its spans, and a long name is truncated", () => {
  const texts = [
    "messages",
    "tools",
    "tool_args",
    "inputs",
    "params",
    "state",
    "query",
    "context",
    "task",
    "agent",
    "prompt",
  ];
  const data = Object.fromEntries(texts.map((field) => [field, "private"]));
  for (const starting of Object.values(eventPairs)) {
    expect(JSON.stringify(spanOf(starting, data))).not.toContain("private");
  }
  for (const ending of Object.keys(eventPairs)) {
    expect(
      JSON.stringify(endOf(ending, { ...data, error: "private", response: "private", output: "private" })),
    ).not.toContain("private");
  }
  expect(spanOf("task_started", { task_name: "x".repeat(500) }).name).toHaveLength("task ".length + 100);
});

test("an ending has a call's token counts, and the type of an error", () => {
  const usage = { prompt_tokens: 100, completion_tokens: 20 };
  expect(endOf("llm_call_completed", { usage, finish_reason: "stop", response_id: "r1" })).toEqual({
    error: undefined,
    attributes: {
      "gen_ai.usage.input_tokens": 100,
      "gen_ai.usage.output_tokens": 20,
      "gen_ai.response.id": "r1",
      "gen_ai.response.finish_reasons": ["stop"],
    },
  });
  expect(endOf("llm_call_completed", { usage: null }).attributes).toEqual({});
  expect(endOf("agent_execution_error", { error: "?" })).toEqual({ attributes: {}, error: "agent_execution_error" });
});
