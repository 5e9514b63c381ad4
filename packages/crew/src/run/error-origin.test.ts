import { expect, test } from "vitest";
import { errorOrigin } from "./error-origin.ts";

function thrown(stack: string, cause?: unknown): Error {
  return Object.assign(new Error("the key is s3cret", { cause }), { stack: `Error: the key is s3cret\n${stack}` });
}

const own = `    at lookup (file:///srv/my%20crew/tools/lookup.ts:12:5)
    at async Object.run (file:///srv/my%20crew/crew.ts?v=2:3:9)
    at async callTool (${new URL("../tools/call-tool.ts", import.meta.url).href}:40:3)
    at async node:internal/process/task_queues:105:5
    at fetch (/srv/my crew/node_modules/ky/index.js:1:1)
    at file:///usr/lib/shared.ts:7:1`;

test("places are the automation's own, relative to its folder, without messages", () => {
  expect(errorOrigin(thrown(own), "/srv/my crew")).toEqual({
    location: "tools/lookup.ts:12:5",
    stack: "lookup (tools/lookup.ts:12:5)\nasync Object.run (crew.ts:3:9)\nshared.ts:7:1",
  });
});

test("the deepest cause that has a place counts", () => {
  const cause = thrown("    at parse (/srv/my crew/parse.ts:1:2)", thrown("    at node:net:1:1"));
  expect(errorOrigin(thrown(own, cause), "/srv/my crew")?.location).toBe("parse.ts:1:2");
});

test("an error without a place in the automation has none, nor has what is no error", () => {
  expect(errorOrigin(thrown("    at node:net:1:1"), "/srv")).toBeUndefined();
  expect(errorOrigin("text", "/srv")).toBeUndefined();
});

test("a cause that is its own cause, and a stack without an end, come to an end", () => {
  const endless = thrown("    at f (/srv/a.ts:1:1)\n".repeat(1000));
  endless.cause = endless;
  expect(errorOrigin(endless, "/srv")?.stack.split("\n")).toHaveLength(10);
});
