import { AppError, ErrorCode } from "@crewstream/contracts";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { defineCrew } from "./crew/define-crew.ts";
import { defineFlow } from "./flow/define-flow.ts";
import { scriptedModel, testContext } from "./testing/index.ts";
import { defineTool } from "./tools/tool.ts";

const crewOf = (more: object = {}, answer: Parameters<typeof scriptedModel>[0] = () => "Done.") =>
  defineCrew({
    agents: { writer: { role: "Writer on {topic}", goal: "g", backstory: "b", model: scriptedModel(answer) } },
    tasks: [
      { name: "write", description: "For {audience}, on {topic}", expectedOutput: "{length} words", agent: "writer" },
    ],
    ...more,
  });

describe("how an automation describes its inputs", () => {
  test("a crew's placeholders, in declared order, with types and defaults", () => {
    const crew = crewOf({ inputs: { length: 200 } });
    expect(crew.inputs).toEqual(["audience", "length", "topic"]);
    expect(crew.inputsSchema).toEqual({
      type: "object",
      properties: {
        length: { type: "number", default: 200, description: "Stands in the task write" },
        audience: { type: "string", description: "Stands in the task write" },
        topic: { type: "string", description: "Stands in the task write, the agent writer" },
      },
      required: ["audience", "topic"],
    });
    expect(Object.keys(crew.inputsSchema?.["properties"] as object)).toEqual(["length", "audience", "topic"]);
  });

  test("a crew's own schema takes precedence, fills in its defaults and rejects what does not fit", async () => {
    const inputSchema = z.object({
      topic: z.string().describe("What it is about"),
      audience: z.string().default("children"),
      length: z.number(),
    });
    const crew = crewOf({ inputSchema });
    expect(crew.inputsSchema).toMatchObject({
      properties: {
        topic: { description: "What it is about" },
        audience: { default: "children" },
        length: { type: "number" },
      },
      required: ["topic", "length"],
    });
    expect(crew.required).toEqual(["length", "topic"]);
    const good = testContext({ inputs: { topic: "geese", length: 5 } });
    expect(await crew.run(good)).toMatchObject({ state: "SUCCESS" });
    const started = good.sink.events.find(({ type }) => type === "task_started");
    expect(JSON.stringify(started)).toContain("For children, on geese");
    const bad = await crew.run(testContext({ inputs: { topic: "geese", length: "many" } }));
    expect(bad).toMatchObject({ state: "FAILED", error: expect.stringContaining("length") });
  });

  test("a flow's state, and the input for a chat's text", () => {
    const state = z.object({ version: z.string().describe("To release"), count: z.number().default(3) });
    const flow = defineFlow({ state, chat: { input: "version" } }, (build) => build.start("a", () => 1));
    expect(flow).toMatchObject({
      chatInput: "version",
      inputsSchema: {
        type: "object",
        properties: { version: { type: "string", description: "To release" }, count: { type: "number", default: 3 } },
        required: ["version"],
      },
    });
  });
});

describe("a declared output", () => {
  const output = z.object({ words: z.number() });

  test("of a flow applies to its result", async () => {
    const flow = (result: unknown) => defineFlow({ output }, (build) => build.start("a", () => result));
    expect(flow(1).outputSchema).toMatchObject({ type: "object", required: ["words"] });
    expect(await flow({ words: 3 }).run(testContext())).toMatchObject({ state: "SUCCESS", result: { words: 3 } });
    expect(await flow("three").run(testContext())).toMatchObject({
      state: "FAILED",
      error: expect.stringContaining("does not fit the automation's output"),
    });
  });

  test("of a crew applies to its JSON", async () => {
    expect(await crewOf({ output, inputs: { topic: 1, audience: 1, length: 1 } }).run(testContext())).toMatchObject({
      state: "FAILED",
      error: expect.stringContaining("output"),
    });
  });
});

test("a tool's events name the model's call", async () => {
  const tool = defineTool({ name: "t", description: "", input: z.object({}), run: () => "ok" });
  const model = scriptedModel(({ prompt }) => (prompt.length === 2 ? { tools: [{ name: "t", args: {} }] } : "Done."));
  const context = testContext();
  await defineCrew({
    agents: { a: { role: "A", goal: "g", backstory: "b", model, tools: [tool] } },
    tasks: [{ description: "d", expectedOutput: "e", agent: "a" }],
  }).run(context);
  const of = (type: string) => context.sink.events.find((event) => event.type === type)?.data;
  const asked = of("llm_call_completed") ?? {};
  const [call] = asked["response"] as { id: string }[];
  for (const type of ["tool_usage_started", "tool_usage_finished"]) {
    expect(of(type)).toMatchObject({ tool_call_id: call?.id, call_id: asked["call_id"] });
  }
});

test("only failures caused by stopping the run are marked as cancelled", async () => {
  const stop = new AbortController();
  const context = testContext({ signal: stop.signal });
  const flow = defineFlow({}, (build) =>
    build.start("wait", async ({ signal }) => {
      stop.abort(new AppError("stopped", { code: ErrorCode.cancelled }));
      signal.throwIfAborted();
    }),
  );
  expect(await flow.run(context)).toMatchObject({ state: "REVOKED" });
  const failures = context.sink.events.filter(({ type }) => type.endsWith("_failed"));
  expect(failures.map(({ type, data }) => [type, data["cancelled"]])).toEqual([
    ["method_execution_failed", true],
    ["flow_failed", true],
  ]);
  const other = testContext();
  await defineFlow({}, (build) => build.start("a", () => Promise.reject(new Error("x")))).run(other);
  expect(other.sink.events.some(({ data }) => "cancelled" in data)).toBe(false);
});
