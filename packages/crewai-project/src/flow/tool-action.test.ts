import { newExecutionId } from "@crewstream/contracts";
import { eventProblems, crashingStore, testContext } from "@crewstream/crew/testing";
import { expect, test } from "vitest";
import { loadProject } from "../load-project.ts";
import { testProject } from "../testing/test-project.ts";

const tool = `export default {
  name: "half",
  description: "Halves",
  inputSchema: { type: "object" },
  parse: (args) => { if (typeof args.of !== "number") throw new Error("of must be a number"); return args; },
  run: ({ of }) => { if (of === 0) throw new Error("nothing to halve"); return { half: of / 2 }; },
};`;

const flow = (method: string): Record<string, string> => ({
  "tools/half.js": tool,
  "flow.yaml": `schema: crewai.flow/v1\nname: f\nmethods:\n  go: ${method}\n`,
});
const half = (of: string): string => `{call: tool, ref: custom:half, with: {of: ${of}}}`;

test("a flow's tool action emits the events of a tool call, and passes its value to the next method", async () => {
  const each = `{start: true, do: {call: each, in: "[4, 6]", do: [{name: s, action: ${half('"${item}"')}}]}}`;
  await using project = await testProject(flow(each));
  const context = testContext();
  const outcome = await (await loadProject(project.dir)).run(context);
  expect(outcome).toMatchObject({ state: "SUCCESS", result: [{ half: 2 }, { half: 3 }] });
  expect(eventProblems(context.sink.events)).toEqual([]);
  const used = context.sink.events.filter(({ type }) => type.startsWith("tool_"));
  expect(used.map(({ type }) => type)).toEqual([
    "tool_usage_started",
    "tool_usage_finished",
    "tool_usage_started",
    "tool_usage_finished",
  ]);
  const method = context.sink.events.find(({ type }) => type === "method_execution_started");
  expect(used[0]?.data).toMatchObject({ tool_name: "half", tool_args: { of: 4 }, agent_key: null });
  expect(used[0]?.data["parent_event_id"]).toBe(method?.id);
  expect(used[1]?.data).toMatchObject({ output: '{\n  "half": 2\n}', from_cache: false, failure: null });
});

test.each([
  ["0", "nothing to halve"],
  ["two", "of must be a number"],
])("one that fails with %s ends its method, and its own events", async (of, error) => {
  await using project = await testProject(flow(`{start: true, do: ${half(of)}}`));
  const context = testContext();
  expect(await (await loadProject(project.dir)).run(context)).toMatchObject({ state: "FAILED", error });
  expect(eventProblems(context.sink.events)).toEqual([]);
  expect(context.sink.events.find(({ type }) => type === "tool_usage_error")?.data["error"]).toBe(error);
  expect(context.sink.types()).toContain("method_execution_failed");
});

test("a tool that must not run twice is not run again after a crash while it ran", async () => {
  await using project = await testProject({
    ...flow(`{start: true, do: ${half("4")}}`),
    "tools/half.js": tool.replace('name: "half"', 'name: "half", idempotent: false'),
  });
  const store = crashingStore({ executionId: newExecutionId() });
  // Writes: that it starts, then its result.
  const first = (await loadProject(project.dir)).run(store.process({ before: 1 }).context);
  await expect(first).rejects.toThrow("killed");
  const { context, flush } = store.process();
  expect(await (await loadProject(project.dir)).run(context)).toMatchObject({
    state: "FAILED",
    error: expect.stringContaining("is not run again"),
  });
  flush();
  expect(eventProblems(store.events)).toEqual([]);
});
