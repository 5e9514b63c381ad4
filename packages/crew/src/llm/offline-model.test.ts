import { describe, expect, test } from "vitest";
import { z } from "zod";
import { defineCrew } from "../crew/define-crew.ts";
import { eventProblems, testContext } from "../testing/index.ts";
import { defineTool } from "../tools/tool.ts";
import { offlineValue } from "./offline-value.ts";

describe("offlineValue", () => {
  const shapes = {
    nested: z.object({
      list: z.array(z.object({ n: z.number().min(3), when: z.iso.datetime() })).min(2),
      yes: z.boolean(),
    }),
    texts: z.object({ mail: z.email(), link: z.url(), short: z.string().max(5), long: z.string().min(40) }),
    choices: z.object({ color: z.enum(["red", "blue"]), either: z.union([z.number(), z.string()]), one: z.literal(7) }),
    numbers: z.object({ even: z.int().multipleOf(2).min(3), over: z.number().gt(10), below: z.number().max(0) }),
    optional: z.object({ needed: z.string(), spare: z.string().optional(), nothing: z.null() }),
    empty: z.object({}),
  };
  test.each(Object.entries(shapes))("fits %s", (_, schema) => {
    const value = offlineValue(z.toJSONSchema(schema, { io: "input", target: "draft-7" }), "some text");
    expect(() => schema.parse(value)).not.toThrow();
  });

  test("terminates for recursive schemas", () => {
    const schema = {
      $ref: "#/$defs/node",
      $defs: { node: { type: "object", properties: { next: { $ref: "#/$defs/node" } } } },
    };
    expect(offlineValue(schema, "x")).toBeTypeOf("object");
  });
});

test("offline/demo calls every tool once, streams, counts, uses its input and is deterministic", async () => {
  const called: unknown[] = [];
  const tool = (name: string) =>
    defineTool({
      name,
      description: name,
      input: z.object({ query: z.string(), limit: z.int().min(1).max(5) }),
      run: (args) => {
        called.push([name, args]);
        return `${name} found a goose`;
      },
    });
  const crew = defineCrew({
    agents: { a: { role: "A", goal: "g", backstory: "b", model: "offline/demo", tools: [tool("one"), tool("two")] } },
    tasks: [
      { name: "find", description: "Find {what}", expectedOutput: "e", agent: "a" },
      {
        name: "rate",
        description: "Rate it",
        expectedOutput: "e",
        agent: "a",
        outputSchema: z.object({ stars: z.int().min(1) }),
      },
    ],
  });
  const run = async () => {
    const context = testContext({ inputs: { what: "geese" } });
    return { outcome: await crew.run(context), context };
  };
  const first = await run();
  expect(first.outcome).toMatchObject({ state: "SUCCESS", resultJson: { stars: 1 } });
  expect(called).toHaveLength(4);
  expect(called[0]).toEqual(["one", { query: "Find geese", limit: 1 }]);
  const tasks = first.outcome.state === "SUCCESS" ? first.outcome.tasks : [];
  expect(tasks[0]?.output).toContain("two found a goose");
  expect(first.outcome.usage.total_tokens).toBeGreaterThan(50);
  expect(first.context.sink.types().filter((type) => type === "llm_stream_chunk").length).toBeGreaterThan(12);
  expect(eventProblems(first.context.sink.events)).toEqual([]);
  expect((await run()).outcome).toEqual(first.outcome);
});
