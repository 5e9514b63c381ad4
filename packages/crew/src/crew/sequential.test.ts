import { describe, expect, test } from "vitest";
import { z } from "zod";
import { defineCrew } from "./define-crew.ts";
import { defineTool } from "../tools/tool.ts";
import { eventProblems, scriptedModel, testContext, traceOf, type ScriptedAnswer } from "../testing/index.ts";

const search = defineTool({
  name: "search_web",
  description: "Searches the web",
  input: z.object({ query: z.string() }),
  run: ({ query }, { emit }) => {
    if (query === "boom") throw new TypeError("upstream 503");
    emit("page_found", { query });
    return `News about ${query}`;
  },
});

const callSearch = (query: string): ScriptedAnswer => ({ tools: [{ name: "search_web", args: { query } }] });

function twoTasks(model: ReturnType<typeof scriptedModel>, agent: object = {}) {
  return defineCrew({
    name: "demo_crew",
    agents: {
      researcher: { role: "Researcher", goal: "g", backstory: "b", model, tools: [search], ...agent },
      writer: { role: "Writer of {topic}", goal: "g", backstory: "b", model },
    },
    tasks: [
      { name: "research", description: "Research {topic}", expectedOutput: "facts", agent: "researcher" },
      { name: "write", description: "Write about {topic}", expectedOutput: "text", agent: "writer" },
    ],
  });
}

const withoutChunks = (context: ReturnType<typeof testContext>) => {
  const events = context.sink.events.filter((event) => event.type !== "llm_stream_chunk");
  return { types: events.map((event) => event.type), events };
};

describe("a sequential crew", () => {
  test("emits CrewAI's events with CrewAI's links, and ours", async () => {
    const model = scriptedModel([callSearch("AI"), "Findings.", "Report."]);
    const context = testContext({ inputs: { topic: "AI" } });
    const outcome = await twoTasks(model).run(context);
    expect(outcome).toMatchObject({
      state: "SUCCESS",
      result: "Report.",
      usage: { total_tokens: 45, successful_requests: 3 },
    });
    expect(eventProblems(context.sink.events)).toEqual([]);
    expect(traceOf(context.sink.events)).toEqual([
      "1 crew_kickoff_started - - - -",
      "2 task_started 1 1 - -",
      "3 agent_execution_started 2 2 - -",
      "4 agent_logs_started 3 3 - -",
      "5 crew_step_started 3 4 - -",
      "6 llm_call_started 3 5 - -",
      "7 llm_stream_chunk 6 6 - -",
      "8 llm_call_completed 3 7 - 6",
      "9 tool_usage_started 3 8 - -",
      "10 page_found 9 9 - -",
      "11 tool_usage_finished 3 10 - 9",
      "12 crew_step_completed 3 11 - 5",
      "13 crew_step_started 3 12 - -",
      "14 llm_call_started 3 13 - -",
      "15 llm_stream_chunk 14 14 - -",
      "16 llm_call_completed 3 15 - 14",
      "17 crew_step_completed 3 16 - 13",
      "18 agent_logs_execution 3 17 - -",
      "19 agent_execution_completed 2 18 - 3",
      "20 task_completed 1 19 - 2",
      "21 task_started 1 20 - -",
      "22 agent_execution_started 21 21 - -",
      "23 agent_logs_started 22 22 - -",
      "24 crew_step_started 22 23 - -",
      "25 llm_call_started 22 24 - -",
      "26 llm_stream_chunk 25 25 - -",
      "27 llm_call_completed 22 26 - 25",
      "28 crew_step_completed 22 27 - 24",
      "29 agent_logs_execution 22 28 - -",
      "30 agent_execution_completed 21 29 - 22",
      "31 task_completed 1 30 - 21",
      "32 crew_kickoff_completed - 31 - 1",
    ]);
  });

  test("fills placeholders, passes context on and reports its position", async () => {
    const model = scriptedModel(["Findings.", "Report."]);
    const context = testContext({ inputs: { topic: "AI" } });
    await twoTasks(model).run(context);
    const started = context.sink.events.filter((event) => event.type === "task_started");
    expect(started.map((event) => event.data)).toMatchObject([
      {
        task_name: "research",
        description: "Research AI",
        context: "",
        agent: "Researcher",
        task_index: 0,
        task_count: 2,
      },
      { task_name: "write", description: "Write about AI", context: "Findings.", agent: "Writer of AI", task_index: 1 },
    ]);
    const asked = model.calls[1]?.prompt.at(-1)?.content[0];
    expect(asked).toMatchObject({ text: expect.stringContaining("Findings.") as string });
    const ended = context.sink.events.at(-1)?.data;
    expect(ended).toMatchObject({ total_tokens: 30, output: { name: "write", raw: "Report.", agent: "Writer of AI" } });
    expect((ended!["output"] as { messages: { role: string }[] }).messages.map(({ role }) => role)).toEqual([
      "system",
      "user",
      "assistant",
    ]);
  });

  test("a step contains what AMP's step webhook shows", async () => {
    const model = scriptedModel([
      { text: "I look.", tools: [{ name: "search_web", args: { query: "AI" } }] },
      "F.",
      "R.",
    ]);
    const context = testContext({ inputs: { topic: "AI" } });
    await twoTasks(model).run(context);
    const steps = context.sink.events
      .filter((event) => event.type === "crew_step_completed")
      .map((event) => event.data);
    expect(steps[0]).toMatchObject({
      step_index: 0,
      thought: "I look.",
      action: 'Thought: I look.\nAction: search_web\nAction Input: {"query":"AI"}',
      tool: "search_web",
      tool_input: { query: "AI" },
      result: "News about AI",
      output: null,
      task_name: "research",
    });
    expect(steps[1]).toMatchObject({ step_index: 1, prompt: "News about AI", tool: null, result: "F.", output: "F." });
  });

  test("a failing tool, wrong arguments, broken JSON and an unknown tool are reported to the model", async () => {
    const model = scriptedModel([
      callSearch("boom"),
      { tools: [{ name: "search_web", args: { query: 3 } }] },
      { tools: [{ name: "search_web", args: "not json at all" }] },
      { tools: [{ name: "nope", args: {} }] },
      "Done anyway.",
      "Report.",
    ]);
    const context = testContext({ inputs: { topic: "AI" } });
    expect(await twoTasks(model).run(context)).toMatchObject({ state: "SUCCESS", result: "Report." });
    expect(eventProblems(context.sink.events)).toEqual([]);
    const tools = context.sink.types().filter((type) => type.startsWith("tool_"));
    expect(tools).toEqual([
      "tool_usage_started",
      "tool_usage_error",
      "tool_failure_detected",
      "tool_usage_started",
      "tool_usage_error",
      "tool_validate_input_error",
      "tool_failure_detected",
      "tool_validate_input_error",
      "tool_failure_detected",
      "tool_usage_started",
      "tool_usage_finished",
      "tool_selection_error",
      "tool_failure_detected",
    ]);
    const failures = context.sink.events.filter((event) => event.type === "tool_failure_detected");
    expect(failures.map((event) => event.data["failure"])).toMatchObject([
      { reason: "exception", code: "TypeError", message: "upstream 503" },
      { reason: "invalid_input" },
      { reason: "invalid_input", code: "json_decode_error" },
      { reason: "unknown_tool" },
    ]);
    const told = model.calls.slice(1, 5).map((call) => JSON.stringify(call.prompt.at(-1)));
    expect(told[0]).toContain("upstream 503");
    expect(told[1]).toContain("arguments validation failed");
    expect(told[2]).toContain("not a JSON object");
    expect(told[3]).toContain("The available tools are: search_web");
    const output = context.sink.events.find((event) => event.type === "task_completed")?.data["output"];
    expect((output as { tool_failures: unknown[] }).tool_failures).toHaveLength(4);
  });

  test("a failing tool under the policy raise fails the task, and every started event is closed", async () => {
    const model = scriptedModel([callSearch("boom")]);
    const context = testContext({ inputs: { topic: "AI" } });
    const outcome = await twoTasks(model, { toolFailurePolicy: "raise" }).run(context);
    expect(outcome).toMatchObject({ state: "FAILED", error: "Tool 'search_web' failed: upstream 503" });
    expect(eventProblems(context.sink.events)).toEqual([]);
    expect(context.sink.types().slice(-4)).toEqual([
      "crew_step_completed",
      "agent_execution_error",
      "task_failed",
      "crew_kickoff_failed",
    ]);
  });

  test("several calls of one response run in parallel", async () => {
    const reached = Promise.withResolvers<void>();
    let waiting = 0;
    const meet = defineTool({
      name: "meet",
      description: "Returns when both are there",
      input: z.object({ n: z.number() }),
      async run({ n }) {
        waiting += 1;
        if (waiting === 2) reached.resolve();
        await reached.promise;
        return n;
      },
    });
    const both = [1, 2].map((n) => ({ name: "meet", args: { n } }));
    const model = scriptedModel([{ tools: both }, "F.", "R."]);
    const context = testContext({ inputs: { topic: "AI" } });
    expect(await twoTasks(model, { tools: [meet] }).run(context)).toMatchObject({ state: "SUCCESS" });
    expect(eventProblems(context.sink.events)).toEqual([]);
    expect(withoutChunks(context).types.slice(7, 11)).toEqual([
      "tool_usage_started",
      "tool_usage_started",
      "tool_usage_finished",
      "tool_usage_finished",
    ]);
  });

  test("after maxIter answers a final one is forced, with tools disabled", async () => {
    const model = scriptedModel([callSearch("a"), callSearch("b"), "Forced.", "R."]);
    const context = testContext({ inputs: { topic: "AI" } });
    await twoTasks(model, { maxIter: 2 }).run(context);
    expect(model.calls[2]?.toolChoice).toEqual({ type: "none" });
    expect(context.sink.events.find((event) => event.type === "task_completed")?.data["output"]).toMatchObject({
      raw: "Forced.",
    });
  });

  test("missing inputs fail the run, naming them, before any task", async () => {
    const context = testContext();
    const outcome = await twoTasks(scriptedModel([])).run(context);
    expect(outcome).toMatchObject({
      state: "FAILED",
      error: "The crew's texts use inputs that are missing: topic",
    });
    expect(context.sink.types()).toEqual(["crew_kickoff_started", "crew_kickoff_failed"]);
  });

  test("structured output is validated, and what does not fit is returned to the agent", async () => {
    const model = scriptedModel(["It is four.", '{"answer": 4}']);
    const crew = defineCrew({
      agents: { a: { role: "A", goal: "g", backstory: "b", model } },
      tasks: [{ description: "2+2", expectedOutput: "n", agent: "a", outputSchema: z.object({ answer: z.number() }) }],
    });
    const context = testContext();
    expect(await crew.run(context)).toMatchObject({
      state: "SUCCESS",
      resultJson: { answer: 4 },
      result: '{"answer": 4}',
    });
    const [, , , correction] = model.calls[1]?.prompt ?? [];
    expect(JSON.stringify(correction)).toContain("it contains no JSON");
    expect(model.calls[0]?.responseFormat).toMatchObject({ type: "json", schema: { type: "object" } });
    expect(eventProblems(context.sink.events)).toEqual([]);
  });
});
