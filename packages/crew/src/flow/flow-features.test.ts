import { newExecutionId } from "@crewstream/contracts";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { defineAgent } from "../agent/define-agent.ts";
import type { Automation } from "../run-context.ts";
import { eventProblems, scriptedModel, testContext } from "../testing/index.ts";
import { crashingStore } from "../testing/crashing-store.ts";
import { defineTool } from "../tools/tool.ts";
import { or } from "./condition.ts";
import { defineFlow } from "./define-flow.ts";
import type { FlowStateStore } from "./flow-state-store.ts";

const executionId = newExecutionId();

/** Two branches for one OR listener; only the quick one can end by itself. */
const race = (): Automation =>
  defineFlow({}, (f) =>
    f
      .start("begin", () => "go")
      .listen("quick", "begin", () => "quick answer")
      .listen("slow", "begin", async ({ signal, state }) => {
        Object.assign(state, { slow: true });
        await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
      })
      .listen("first", or("quick", "slow"), (_, input) => `first: ${String(input)}`),
  );

describe("a race", () => {
  test("is won by the first to end; the others are cancelled and closed", async () => {
    const context = testContext();
    expect(await race().run(context)).toMatchObject({ state: "SUCCESS", result: "first: quick answer" });
    expect(eventProblems(context.sink.events)).toEqual([]);
    const ends = context.sink.events.filter(({ type }) => /^method_execution_(finished|failed)$/.test(type));
    expect(ends.map(({ data }) => [data["method_name"], data["error"] ?? null])).toEqual([
      ["begin", null],
      ["quick", null],
      ["slow", "Cancelled: quick was first"],
      ["first", null],
    ]);
    expect(context.sink.events.at(-1)?.data["state"]).not.toHaveProperty("slow");
  });

  test("does not include starts, or methods that another listener waits for", async () => {
    const flow = defineFlow({}, (f) =>
      f
        .start("a", () => "a")
        .listen("b", "a", () => "b")
        .listen("c", "a", () => "c")
        .listen("any", or("b", "c"), () => "any")
        .listen("after_c", "c", () => "after c"),
    );
    const context = testContext();
    await flow.run(context);
    const finished = context.sink.events.filter(({ type }) => type === "method_execution_finished");
    expect(finished.map(({ data }) => String(data["method_name"])).sort()).toEqual(["a", "after_c", "any", "b", "c"]);
  });

  test("has the same winner after a crash at any write", async () => {
    const calm = crashingStore({ executionId });
    const first = calm.process();
    const outcome = await race().run(first.context);
    first.flush();
    for (let index = 0; index < calm.rows.size; index += 1) {
      for (const crash of [{ before: index }, { after: index }]) {
        const store = crashingStore({ executionId });
        await expect(race().run(store.process(crash).context)).rejects.toThrow("killed");
        const second = store.process();
        expect(await race().run(second.context)).toEqual(outcome);
        second.flush();
        expect(eventProblems(store.events)).toEqual([]);
        expect(new Set(store.events.map(({ id }) => id))).toEqual(new Set(calm.events.map(({ id }) => id)));
      }
    }
  });
});

describe("a standalone agent", () => {
  const look = defineTool({ name: "look", description: "Looks", input: z.object({}), run: () => "seen" });

  test("works inside a method, with CrewAI's lite agent events, and answers in JSON if requested", async () => {
    const model = scriptedModel([{ tools: [{ name: "look", args: {} }] }, "no json", '{"n": 2}', '{"n": 3}']);
    const scout = defineAgent({
      role: "Scout of {land}",
      goal: "g",
      backstory: "b",
      model,
      tools: [look],
      guardrail: ({ json_dict: json }) =>
        (json as { n: number }).n > 2 ? { valid: true } : { valid: false, feedback: "more, please" },
    });
    const flow = defineFlow({}, (f) =>
      f.start("ask", async () => {
        const output = await scout.kickoff("How many?", {
          outputSchema: z.object({ n: z.number() }),
          inputs: { land: "Oz" },
        });
        return { n: output.json_dict, role: output.agent_role, tokens: output.usage_metrics.total_tokens };
      }),
    );
    const context = testContext();
    const outcome = await flow.run(context);
    expect(outcome).toMatchObject({
      result: { n: { n: 3 }, role: "Scout of Oz", tokens: 60 },
      usage: { total_tokens: 60 },
    });
    expect(eventProblems(context.sink.events)).toEqual([]);
    const types = context.sink.types().filter((type) => /^(lite_agent|tool_usage|llm_guardrail|method)/.test(type));
    expect(types).toEqual([
      "method_execution_started",
      "lite_agent_execution_started",
      "tool_usage_started",
      "tool_usage_finished",
      "lite_agent_execution_completed",
      "lite_agent_execution_started",
      "lite_agent_execution_completed",
      "llm_guardrail_started",
      "llm_guardrail_completed",
      "lite_agent_execution_started",
      "lite_agent_execution_completed",
      "llm_guardrail_started",
      "llm_guardrail_completed",
      "method_execution_finished",
    ]);
    expect(JSON.stringify(model.calls[2]?.prompt)).toContain("it contains no JSON");
    expect(JSON.stringify(model.calls[3]?.prompt)).toContain("more, please");
  });
});

describe("a flow that persists", () => {
  const counting = defineFlow({ name: "Counter", state: z.object({ n: z.number().default(0) }), persist: true }, (f) =>
    f.start("one", ({ state }) => (state.n += 1)).listen("two", "one", ({ state }) => (state.n += 10)),
  );
  const memory = (): FlowStateStore & { saved: Map<string, Record<string, unknown>> } => {
    const saved = new Map<string, Record<string, never>>();
    return {
      saved,
      load: async (_, id) => saved.get(id),
      save: async (_, id, state) => void saved.set(id, state as Record<string, never>),
    };
  };

  test("saves its state, continues with it under the same id, or begins with a copy of it", async () => {
    const flowStates = memory();
    const first = testContext({ flowStates });
    expect(await counting.run(first)).toMatchObject({ result: 11 });
    const id = first.executionId as string;
    expect(flowStates.saved.get(id)).toEqual({ n: 11, id });
    expect(await counting.run(testContext({ flowStates, inputs: { id } }))).toMatchObject({ result: 22 });
    const copy = testContext({ flowStates, restoreFromStateId: id });
    expect(await counting.run(copy)).toMatchObject({ result: 33 });
    expect(flowStates.saved.get(id)).toEqual({ n: 22, id });
    expect(flowStates.saved.get(copy.executionId)).toEqual({ n: 33, id: copy.executionId });
  });

  test("fails with the reason if there is no such state, or no store", async () => {
    const flowStates = memory();
    expect(await counting.run(testContext({ flowStates, restoreFromStateId: "gone" }))).toMatchObject({
      state: "FAILED",
      error: "There is no saved state gone of the flow Counter",
    });
    expect(await counting.run(testContext())).toMatchObject({
      error: expect.stringContaining("no store for flow states"),
    });
  });
});

test("a flow's graph can be drawn", () => {
  const flow = defineFlow({}, (f) =>
    f
      .start("begin", () => 1)
      .router("check", or("begin", "again"), { emits: ["retry", "done"] }, () => "done")
      .listen("again", "retry", { humanFeedback: { message: "ok?" } }, () => 2)
      .listen("end", "done", () => 3),
  );
  expect(flow.graph.edges).toEqual([
    { from: "begin", to: "check", label: null, joins: "or" },
    { from: "again", to: "check", label: null, joins: "or" },
    { from: "check", to: "again", label: "retry", joins: null },
    { from: "check", to: "end", label: "done", joins: null },
  ]);
  expect(flow.graph.nodes.map(({ id, kind, layer, human }) => [id, kind, layer, human])).toEqual([
    ["begin", "start", 0, false],
    ["check", "router", 1, false],
    ["again", "listen", 2, true],
    ["end", "listen", 2, false],
  ]);
  const svg = flow.plot();
  expect(svg.match(/<rect/g)).toHaveLength(4);
  expect(svg.match(/marker-end/g)).toHaveLength(4);
  expect(svg).toContain(">again (human)<");
});

test("a plot that is drawn in a run emits an event", async () => {
  const inner = defineFlow({ name: "inner" }, (f) => f.start("only", () => 1));
  const outer = defineFlow({}, (f) => f.start("draw", () => inner.plot().length > 0));
  const context = testContext();
  expect(await outer.run(context)).toMatchObject({ state: "SUCCESS", result: true });
  expect(eventProblems(context.sink.events)).toEqual([]);
  const plot = context.sink.events.find(({ type }) => type === "flow_plot");
  const method = context.sink.events.find(({ type }) => type === "method_execution_started");
  expect(plot?.data).toMatchObject({ flow_name: "inner", parent_event_id: method?.id });
});
