import { newExecutionId } from "@crewstream/contracts";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { defineCrew } from "../crew/define-crew.ts";
import { eventProblems, scriptedModel, testContext } from "../testing/index.ts";
import { crashingStore } from "../testing/crashing-store.ts";
import { ToolReportedFailure } from "./failure.ts";
import { defineJsonTool, defineTool, type Tool } from "./tool.ts";

function crewWith(tool: Tool, calls: object[] = [{}]) {
  const answer = ({ prompt }: { prompt: unknown[] }) =>
    prompt.length === 2 ? { tools: calls.map((args) => ({ name: tool.name, args })) } : "Done.";
  const model = scriptedModel(answer);
  const crew = defineCrew({
    agents: { a: { role: "A", goal: "g", backstory: "b", model, tools: [tool] } },
    tasks: [{ name: "t", description: "d", expectedOutput: "e", agent: "a" }],
  });
  return { crew, model };
}

describe("a tool", () => {
  test("whose result is the answer ends the agent's work", async () => {
    const tool = defineTool({
      name: "t",
      description: "",
      input: z.object({}),
      resultAsAnswer: true,
      run: () => "As it is.",
    });
    const { crew, model } = crewWith(tool);
    expect(await crew.run(testContext())).toMatchObject({ result: "As it is." });
    expect(model.calls).toHaveLength(1);
  });

  test("whose uses are used up reports that, and is not run again", async () => {
    let runs = 0;
    const tool = defineTool({
      name: "t",
      description: "",
      input: z.object({}),
      maxUsageCount: 1,
      run: () => (runs += 1),
    });
    const { crew } = crewWith(tool, [{}, {}]);
    const context = testContext();
    await crew.run(context);
    expect(runs).toBe(1);
    const failed = context.sink.events.find(({ type }) => type === "tool_failure_detected");
    expect(failed?.data["failure"]).toMatchObject({
      reason: "usage_limit",
      message: expect.stringContaining("limit of 1"),
    });
  });

  test("may report a failure, returned or thrown", async () => {
    const tool = defineTool({
      name: "t",
      description: "",
      input: z.object({ how: z.string() }),
      run: ({ how }) => {
        const failure = new ToolReportedFailure("sold out", { code: "sold_out", retryable: true });
        if (how === "throw") throw failure;
        return failure;
      },
    });
    const { crew } = crewWith(tool, [{ how: "throw" }, { how: "return" }]);
    const context = testContext();
    await crew.run(context);
    expect(eventProblems(context.sink.events)).toEqual([]);
    const ends = context.sink.events.filter(({ type }) => type === "tool_usage_finished");
    const failure = { reason: "tool_reported", code: "sold_out", retryable: true, message: "sold out" };
    expect(ends.map(({ data }) => data["failure"])).toMatchObject([failure, failure]);
  });

  test("described by a JSON Schema checks its arguments", async () => {
    const seen: unknown[] = [];
    const tool = defineJsonTool({
      name: "t",
      description: "",
      inputSchema: { type: "object", properties: { n: { type: "integer", minimum: 1 } }, required: ["n"] },
      run: (args) => seen.push(args),
    });
    const { crew } = crewWith(tool, [{ n: 0 }, { n: 2 }]);
    await crew.run(testContext());
    expect(seen).toEqual([{ n: 2 }]);
  });

  test("has the same idempotency key when it is run again, and is not repeated if that is not allowed", async () => {
    const keys: string[] = [];
    const life = async (idempotent: boolean) => {
      const tool = defineTool({
        name: "pay",
        description: "",
        input: z.object({}),
        idempotent,
        run: (_, { idempotencyKey }) => void keys.push(idempotencyKey),
      });
      const store = crashingStore({ executionId: newExecutionId() });
      // Writes: the model's response, then the tool's mark (if it has one), then its result.
      await crewWith(tool)
        .crew.run(store.process({ before: idempotent ? 1 : 2 }).context)
        .catch(() => undefined);
      const { context, flush } = store.process();
      await crewWith(tool).crew.run(context);
      flush();
      return store.events.find(({ type }) => type === "tool_failure_detected")?.data["failure"];
    };
    expect(await life(true)).toBeUndefined();
    expect(new Set(keys).size).toBe(1);
    expect(keys.splice(0)).toHaveLength(2);
    expect(await life(false)).toMatchObject({ code: "interrupted" });
    expect(keys).toHaveLength(1);
  });

  test("requires a name that providers accept", () => {
    expect(() => defineTool({ name: "no spaces", description: "", input: z.object({}), run: () => 1 })).toThrow(
      "needs letters",
    );
  });
});
