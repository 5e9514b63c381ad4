import { expect, test } from "vitest";
import { originOf } from "./error-origin.ts";
import { StepFailure } from "./step-failure.ts";

const root = "/srv/automations/shop";
const described = (error: unknown) =>
  originOf(error, { root, removeSecrets: (text) => text.replaceAll("s3cret", "[secret]") });

/** An error with the frames that V8 would give it. */
function failed(message: string, frames: string[], options?: ErrorOptions): Error {
  const error = new Error(message, options);
  error.stack = [`Error: ${message}`, ...frames.map((frame) => `    at ${frame}`)].join("\n");
  return error;
}

test("frames of the automation and of the packages that it called are shown, others are not", () => {
  const error = failed("no s3cret", [
    "parse (file:///srv/automations/shop/node_modules/zod/v4/core/parse.js:9:1)",
    "new Cart (file:///srv/automations/shop/src/my%20cart.ts:4:11)",
    "async Promise.all (index 0)",
    "async file:///srv/automations/shop/index.ts:20:3",
    "async runCode (file:///opt/crewstream/packages/crew/src/flow/method-body.ts:90:18)",
    "node:internal/process/task_queues:105:5",
    "later (file:///srv/automations/shop/node_modules/other/x.js:1:1)",
  ]);
  expect(described(error)).toEqual({
    location: "src/my cart.ts:4:11",
    stack: [
      "Error: no [secret]",
      "    at parse (node_modules/zod/v4/core/parse.js:9:1)",
      "    at new Cart (src/my cart.ts:4:11)",
      "    at index.ts:20:3",
    ].join("\n"),
  });
});

test("a folder next to the automation's is not its own", () => {
  const frames = ["f (file:///srv/automations/shop-two/a.ts:1:1)", "g (file:///srv/automations/shop/..hidden.ts:2:1)"];
  expect(described(failed("no", frames))?.location).toBe("..hidden.ts:2:1");
});

test("the location is the innermost cause's; circular causes end", () => {
  const inner = failed("inner", ["read (file:///srv/automations/shop/read.ts:3:1)"]);
  const outer = failed("outer", ["run (file:///srv/automations/shop/run.ts:8:1)"], { cause: inner });
  inner.cause = outer;
  expect(described(outer)?.location).toBe("read.ts:3:1");
  expect(described(outer)?.stack.match(/caused by/g)).toHaveLength(1);
});

test("a syntax error names the line where the parser stopped", () => {
  const error = new SyntaxError("Expression expected");
  error.stack = `${root}/half.ts:7\nexport default {\n\nSyntaxError: Expression expected\n    at parseTypeScript (node:internal/modules/typescript:72:36)`;
  expect(described(error)).toMatchObject({ location: "half.ts:7" });
});

test("anything can be thrown", () => {
  class Odd extends Error {
    override get stack(): string {
      throw new Error("no stack");
    }
  }
  expect(described("just text")).toBeUndefined();
  expect(described(undefined)).toBeUndefined();
  expect(described(new Odd("odd"))).toBeUndefined();
  const cause = failed("first", ["f (/srv/automations/shop/a.mjs:2:2)"]);
  expect(described(new AggregateError([cause], "all failed"))).toMatchObject({ location: "a.mjs:2:2" });
});

test("without the automation's code in it, there are causes and no location", () => {
  const error = failed("no answer", ["node:net:1:1"], { cause: { code: "ECONNREFUSED" } });
  expect(described(error)).toEqual({ stack: 'Error: no answer\ncaused by Error: {"code":"ECONNREFUSED"}' });
  expect(described(failed("alone", ["node:net:1:1"]))).toBeUndefined();
});

test("a journaled failure keeps its origin, also as a cause; a wrapper stands for its error", () => {
  const origin = { location: "tool.ts:1:1", stack: "Error: before" };
  const journaled = new StepFailure({ message: "before", type: "Error", retryable: false, origin });
  expect(described(new Error("after", { cause: journaled }))).toEqual(origin);
  const inner = failed("inner", ["f (/srv/automations/shop/a.ts:2:2)"]);
  const wrapper = new StepFailure({ message: "inner (HTTP 500)", type: "Error", retryable: true }, inner);
  expect(described(wrapper)?.stack).toBe("Error: inner\n    at f (a.ts:2:2)");
});

test("a stack stays small, whatever is thrown", () => {
  const frames = Array.from(
    { length: 200 },
    (_, n) => `f${n} (file:///srv/automations/shop/${"x".repeat(200)}.ts:${n}:1)`,
  );
  expect(described(failed("m".repeat(100_000), frames))?.stack.length).toBeLessThanOrEqual(3000);
});
