import { newExecutionId } from "@crewstream/contracts";
import type { ExecutionRecord } from "@crewstream/redis";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { statusBody, unknownExecution } from "./status-body.ts";

const begun = Date.UTC(2026, 0, 1);
const id = newExecutionId();

function record(fields: object): ExecutionRecord {
  const base = { id, automation: "a", kind: "crew", inputs: {}, token: "ops", created_at: begun, started_at: begun };
  const counts = { seq: 9, epoch: 1, runs: 1, feeds: 0, feeds_open: 0 };
  return { ...base, ...counts, ...fields } as ExecutionRecord;
}

const liveKeys = [
  "state",
  "status",
  "result",
  "result_json",
  "usage_metrics",
  "progress",
  "last_event",
  "events",
  "events_count",
  "events_by_type",
  "triggered_by",
  "execution_origin",
  "last_step",
  "last_executed_task",
  "flow_id",
  "source",
];

describe("the live status", () => {
  it.each(["PENDING", "STARTED", "RUNNING", "PAUSED", "SUCCESS", "FAILED", "REVOKED"])(
    "has every key in %s",
    (state) => {
      expect(Object.keys(statusBody(record({ state }), "live", begun))).toEqual(liveKeys);
    },
  );

  it("describes a running and a failed run, and is null for a success", () => {
    const said = (fields: object) => statusBody(record(fields), "live", begun)["status"];
    expect(said({ state: "PENDING" })).toBe("Task is pending");
    expect(said({ state: "RUNNING" })).toBe("Task is Running");
    expect(said({ state: "PAUSED" })).toBe("awaiting_human_feedback");
    expect(said({ state: "FAILED", error: "no city", error_type: "ValueError" })).toBe("ValueError: no city");
    expect(said({ state: "FAILED", error: "ValueError: no city", error_type: "ValueError" })).toBe(
      "ValueError: no city",
    );
    expect(said({ state: "SUCCESS", result: "x" })).toBeNull();
  });

  it("counts a crew's remaining tasks, and does not guess for a flow", () => {
    const crew = { unit: "task", completed: 1, total: 3, current: "write", currentAgent: "Writer" };
    expect(statusBody(record({ state: "RUNNING", progress: crew }), "live", begun + 1500)["progress"]).toEqual({
      unit: "task",
      completed: 1,
      total: 3,
      remaining: 2,
      current: "write",
      current_agent: "Writer",
      started_at: "2026-01-01T00:00:00.000Z",
      updated_at: "2026-01-01T00:00:00.000Z",
      duration_seconds: 1.5,
    });
    const flow = { unit: "step", completed: 1, total: null, current: "draft", currentAgent: null };
    const body = statusBody(record({ kind: "flow", state: "RUNNING", progress: flow }), "live", begun);
    expect(body["progress"]).toMatchObject({ total: null, remaining: null });
    expect(statusBody(record({ state: "FAILED", progress: crew }), "live", begun)["progress"]).toBeNull();
  });

  it("returns a crew's result as text and a flow's unchanged", () => {
    const result = { notes: 3 };
    expect(statusBody(record({ state: "SUCCESS", result }), "live", begun)["result"]).toBe('{"notes":3}');
    const flow = record({ kind: "flow", state: "SUCCESS", result, result_json: result });
    expect(statusBody(flow, "live", begun)).toMatchObject({ result, result_json: result });
  });

  it("names the agent of the last task", () => {
    const body = statusBody(record({ state: "RUNNING", last_task: { output: "x" }, meta: { r: 1 } }), "live", begun);
    expect(body["last_executed_task"]).toEqual({ output: "x", kickoff_id: id, meta: { r: 1 } });
  });
});

describe("the hybrid status", () => {
  it("contains both vocabularies", () => {
    const progress = { unit: "task", completed: 1, total: 3, current: "write", currentAgent: "Writer" };
    const body = statusBody(record({ state: "RUNNING", progress }), "hybrid", begun);
    expect(body).toMatchObject({ state: "RUNNING", status: "running", current_task: "write", kickoff_id: id });
    expect(body["progress"]).toMatchObject({ completed: 1, completed_tasks: 1, total_tasks: 3 });
    expect(statusBody(record({ state: "PAUSED" }), "hybrid", begun)).toMatchObject({
      state: "PAUSED",
      status: "paused",
    });
  });
});

describe("what clients read, in every state and shape", () => {
  const task = { name: "t", description: "d", expected_output: "e", summary: "d...", agent: "W", output: "x" };
  const step = { prompt: "p", thought: "", action: "Thought: x", tool: "", tool_input: "", result: "x" };
  const progress = { unit: "task", completed: 1, total: 2, current: "t", currentAgent: "W" };
  const usage = { total_tokens: 1, prompt_tokens: 1, cached_prompt_tokens: 0, completion_tokens: 0 };
  const text = z.string();
  const maybe = text.nullable();
  const live = z.looseObject({
    state: z.enum(["PENDING", "STARTED", "RUNNING", "PAUSED", "SUCCESS", "FAILED", "REVOKED"]),
    status: maybe,
    result: maybe,
    usage_metrics: z.looseObject({ total_tokens: z.int(), prompt_tokens: z.int() }).nullable(),
    progress: z
      .looseObject({ unit: text, completed: z.int(), total: z.int(), remaining: z.int(), duration_seconds: z.number() })
      .nullable(),
    events: z.array(z.unknown()),
    events_count: z.int(),
    events_by_type: z.record(text, z.int()),
    triggered_by: z.object({ type: text, id: text }),
    execution_origin: text,
    last_step: z.looseObject({ action: text, result: text, tool: text, thought: text }).nullable(),
    last_executed_task: z
      .looseObject({
        name: text,
        description: text,
        expected_output: text,
        agent: text,
        output: text,
        kickoff_id: text,
      })
      .nullable(),
    source: text,
  });
  const shapes = {
    live,
    hybrid: live.extend({
      kickoff_id: text,
      status: z.enum(["running", "paused", "completed", "error"]),
      message: maybe,
      error: maybe,
      output: maybe,
      tasks: z.array(z.looseObject({ task_id: text, output: text, agent: text })),
      current_task: maybe,
      execution_time: z.number().nullable(),
    }),
    openapi: z.discriminatedUnion("status", [
      z.strictObject({
        status: z.literal("running"),
        current_task: maybe,
        progress: z.strictObject({ completed_tasks: z.int(), total_tasks: z.int().nullable() }),
      }),
      z.strictObject({
        status: z.literal("completed"),
        result: z.strictObject({ output: text, tasks: z.array(z.looseObject({ task_id: text, output: text })) }),
        execution_time: z.number(),
      }),
      z.strictObject({ status: z.literal("error"), error: text, execution_time: z.number() }),
    ]),
  };
  const during = { progress, last_step: step, last_task: task, meta: null };
  const states = {
    PENDING: { started_at: undefined },
    STARTED: {},
    RUNNING: during,
    PAUSED: during,
    SUCCESS: { ...during, result: "x", usage, tasks: [task], ended_at: begun + 10 },
    FAILED: { ...during, error: "no", error_type: "ValueError", usage, ended_at: begun + 10 },
    REVOKED: { ...during, usage, ended_at: begun + 10 },
  };

  it.each(Object.entries(states))("have their types: %s", (state, fields) => {
    for (const [shape, schema] of Object.entries(shapes)) {
      const body = statusBody(record({ state, ...fields }), shape as keyof typeof shapes, begun + 10);
      expect(schema.safeParse(body).error?.issues).toBeUndefined();
    }
  });

  it("say why a run failed where it did, and only there", () => {
    const said = Object.entries(states).map(([state, fields]) => {
      const { error, status } = statusBody(record({ state, ...fields }), "hybrid", begun + 10);
      return [state, status, error];
    });
    expect(said).toEqual([
      ["PENDING", "running", null],
      ["STARTED", "running", null],
      ["RUNNING", "running", null],
      ["PAUSED", "paused", null],
      ["SUCCESS", "completed", null],
      ["FAILED", "error", "ValueError: no"],
      ["REVOKED", "error", "The execution was cancelled"],
    ]);
  });
});

describe("an unknown execution", () => {
  it("is 404 with the live wording, and 200 as on live servers", () => {
    expect(unknownExecution("x", "hybrid")).toMatchObject({ status: 404, body: { state: "NOT FOUND" } });
    expect(unknownExecution("x", "live").status).toBe(200);
    expect(unknownExecution("x", "openapi")).toMatchObject({ status: 404, body: { error: "Execution not found" } });
  });
});
