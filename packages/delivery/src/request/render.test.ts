import { newExecutionId, type StoredEvent, type Subscription } from "@crewstream/contracts";
import { describe, expect, test } from "vitest";
import { createRenderer, publishedAt } from "./render.ts";

const executionId = newExecutionId();
const subscription = (events: string[], more: Partial<Subscription> = {}): Subscription => ({
  url: "https://example.com/hook",
  events,
  mode: "batched",
  form: "events",
  ordering: "relaxed",
  ...more,
});
function stored(type: string, data: Record<string, unknown> = {}, id = "id-1", seq = 1): StoredEvent {
  const timestamp = "2026-11-23T10:00:00.000Z";
  return {
    seq,
    id,
    type,
    json: JSON.stringify({ id, execution_id: executionId, timestamp, type, data: { ...data, emission_sequence: seq } }),
  };
}

describe("a body of events", () => {
  test("is the stored texts, byte for byte, in order", () => {
    const renderer = createRenderer(subscription(["*"]));
    // JSON that JSON.stringify would not write itself: spaces, escapes, a number with a zero at its end.
    const odd = {
      ...stored("a"),
      json: '{ "id":"\\u0041", "timestamp":"2026-11-23T10:00:00.000Z","type":"a", "data":{"n":1.0} }',
    };
    const events = [odd, stored("b", { text: "ü€😀" })]
      .map((event) => renderer.render(event))
      .filter((event) => event !== undefined);
    expect(renderer.body(events)).toBe(`{"events":[${odd.json},${stored("b", { text: "ü€😀" }).json}]}`);
    for (const event of events) expect(event.bytes).toBe(Buffer.byteLength(event.text));
  });

  test("contains only selected events", () => {
    const renderer = createRenderer(subscription(["llm_*", "task_completed"]));
    const types = ["llm_call_started", "task_completed", "task_started", "my_event"];
    expect(types.filter((type) => renderer.render(stored(type)) !== undefined)).toEqual([
      "llm_call_started",
      "task_completed",
    ]);
  });

  test("tells when the oldest was published, or 0 if that cannot be read", () => {
    expect(publishedAt({ source: stored("a").json })).toBe(Date.parse("2026-11-23T10:00:00.000Z"));
    expect(publishedAt({ source: "{}" })).toBe(0);
    expect(publishedAt({ source: '{"timestamp":"yesterday"}' })).toBe(0);
  });
});

describe("an alias", () => {
  test.each([
    ["tool_usage_completed", "tool_usage_finished"],
    ["crew_execution_completed", "crew_kickoff_completed"],
  ])("%s delivers %s under the requested name, and changes nothing else", (alias, type) => {
    const event = stored(type, { type, tool: "search" });
    const rendered = createRenderer(subscription([alias])).render(event);
    const original = JSON.parse(event.json) as Record<string, unknown>;
    expect(JSON.parse(rendered?.text ?? "")).toEqual({ ...original, type: alias });
    expect(rendered?.bytes).toBe(Buffer.byteLength(rendered?.text ?? ""));
    expect(createRenderer(subscription([type])).render(event)?.text).toBe(event.json);
  });

  test("is not confused by similar text before the type", () => {
    const type = "tool_usage_finished";
    const event = stored(type, { quote: `"type":"${type}"` }, `"type":"${type}"`);
    const rendered = createRenderer(subscription(["tool_usage_completed"])).render(event);
    expect(JSON.parse(rendered?.text ?? "")).toEqual({
      ...(JSON.parse(event.json) as Record<string, unknown>),
      type: "tool_usage_completed",
    });
  });

  test("keeps dollar signs of the data", () => {
    const event = stored("tool_usage_finished", { text: "$& $1 $$" });
    const rendered = createRenderer(subscription(["tool_usage_completed"])).render(event);
    expect(rendered?.text).toContain("$& $1 $$");
  });
});

describe("a legacy body", () => {
  const meta = { ticket: 7 };
  const body = (
    form: "step" | "task" | "crew",
    event: StoredEvent,
    echoed: Pick<Subscription, "meta"> = { meta },
  ): unknown => {
    const renderer = createRenderer(
      subscription([event.type], {
        form,
        mode: "realtime",
        ...echoed,
      }),
    );
    const rendered = renderer.render(event);
    if (rendered === undefined) return undefined;
    expect(renderer.body([rendered])).toBe(rendered.text);
    expect(renderer.render(event)).toEqual(rendered);
    return JSON.parse(rendered.text);
  };

  test("of a step contains the tool's input and output; a step without a tool sends nothing", () => {
    const data = { prompt: "p", thought: "t", tool: "search", tool_input: { q: "x" }, result: ["a"] };
    expect(body("step", stored("crew_step_completed", data))).toEqual({
      prompt: "p",
      thought: "t",
      tool: "search",
      tool_input: '{"q":"x"}',
      result: '["a"]',
      kickoff_id: executionId,
      meta,
    });
    expect(body("step", stored("crew_step_completed", { ...data, tool: "" }))).toBeUndefined();
    expect(body("step", stored("crew_step_completed", { thought: "t" }))).toBeUndefined();
  });

  test("of a task contains its output, and null for missing fields", () => {
    const output = {
      description: "d",
      name: "n",
      expected_output: "e",
      summary: "s",
      agent: "a",
      raw: "r",
      json_dict: { k: 1 },
    };
    expect(body("task", stored("task_completed", { output }))).toEqual({
      description: "d",
      name: "n",
      expected_output: "e",
      summary: "s",
      agent: "a",
      output: "r",
      output_json: { k: 1 },
      kickoff_id: executionId,
      meta,
    });
    expect(body("task", stored("task_completed", { output: null, task_name: "n", agent_role: "writer" }), {})).toEqual({
      description: "",
      name: "n",
      expected_output: "",
      summary: "",
      agent: "writer",
      output: "",
      output_json: null,
      kickoff_id: executionId,
      meta: {},
    });
  });

  test("of a task that a person reviews is sent when it waits, and not again when they accept it unchanged", () => {
    const renderer = createRenderer(
      subscription(["task_completed", "human_feedback_requested"], { form: "task", mode: "realtime", meta }),
    );
    const sent = (type: string, data: Record<string, unknown>): unknown => {
      const text = renderer.render(stored(type, data))?.text;
      return text === undefined ? undefined : JSON.parse(text);
    };
    const texts = { name: "n", description: "d", expected_output: "e", summary: "s", agent: "a" };
    const fields = { ...texts, kickoff_id: executionId, meta };
    const told = { ...fields, output: "draft", output_json: null };
    expect(sent("human_feedback_requested", { task: { id: "t", ...texts }, output: "draft" })).toEqual(told);
    const done = { ...texts, raw: "draft", json_dict: null };
    expect(sent("task_completed", { output: { ...done, accepted: true } })).toBeUndefined();
    expect(sent("task_completed", { output: done })).toEqual(told);
    expect(sent("task_completed", { output: { ...done, raw: "other", accepted: false } })).toMatchObject({
      output: "other",
    });
    const made = { ...done, accepted: true, json_dict: { k: 1 } };
    expect(sent("task_completed", { output: made })).toMatchObject({ output_json: { k: 1 } });
    expect(body("task", stored("task_completed", { output: { ...done, accepted: true } }))).toEqual(told);
    // A flow's method is no task.
    expect(sent("human_feedback_requested", { method_name: "m", output: "draft" })).toBeUndefined();
  });

  test("of a crew contains its result; a crew inside a flow sends nothing", () => {
    const output = { raw: "r", pydantic: { k: 2 } };
    expect(body("crew", stored("crew_kickoff_completed", { output, total_tokens: 9 }))).toEqual({
      result: "r",
      result_json: { k: 2 },
      token_usage: { total_tokens: 9 },
      kickoff_id: executionId,
      meta,
    });
    expect(body("crew", stored("crew_kickoff_completed", { output: null }))).toMatchObject({
      result: "",
      result_json: null,
    });
    expect(body("crew", stored("crew_kickoff_completed", { output, parent_event_id: "e1" }))).toBeUndefined();
  });

  test("of a flow contains any value: text unchanged, everything else as JSON, too", () => {
    const flow = (result: unknown): unknown => body("crew", stored("flow_finished", { flow_name: "f", result }));
    expect(flow("done")).toMatchObject({ result: "done", result_json: null, token_usage: {} });
    expect(flow({ a: 1 })).toMatchObject({ result: '{"a":1}', result_json: { a: 1 } });
    expect(flow(null)).toMatchObject({ result: "", result_json: null });
    expect(flow(0)).toMatchObject({ result: "0", result_json: null });
  });
});
