import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { memoryJournal } from "../journal.ts";
import { defineFlow } from "../flow/define-flow.ts";
import { eventProblems, testContext } from "../testing/index.ts";

/** A stack as Node makes it for code of an automation: this file is in the runtime's own folder. */
function failing(): never {
  const error = new Error("no geese");
  error.stack = "Error: no geese\n    at count (file:///srv/birds/steps.ts:4:9)\n    at node:internal/timers:1:1";
  throw error;
}
const root = "/srv/birds";
const origin = { error_location: "steps.ts:4:9", error_stack: "Error: no geese\n    at count (steps.ts:4:9)" };

test("a failed run reports the location in the automation's code, in its outcome and its ending events", async () => {
  const context = { ...testContext(), root };
  const flow = defineFlow({}, (f) => f.start("count", () => failing()));
  expect(await flow.run(context)).toMatchObject({
    state: "FAILED",
    error: expect.stringContaining("no geese") as string,
    errorLocation: "steps.ts:4:9",
    errorStack: origin.error_stack,
  });
  expect(eventProblems(context.sink.events)).toEqual([]);
  for (const type of ["method_execution_failed", "flow_failed"]) {
    expect(context.sink.events.find((event) => event.type === type)?.data).toMatchObject(origin);
  }
});

test("a resumed run takes it from its journal", async () => {
  const context = { ...testContext(), root, journal: memoryJournal() };
  await defineFlow({}, (f) => f.start("count", () => failing())).run(context);
  const healed = defineFlow({}, (f) => f.start("count", () => "never asked"));
  expect(await healed.run(context)).toMatchObject({ state: "FAILED", errorLocation: "steps.ts:4:9" });
});

test("the runtime's own frames are not the automation's", async () => {
  const flow = defineFlow({}, (f) =>
    f.start("count", () => {
      throw new Error(fileURLToPath(import.meta.url));
    }),
  );
  expect(await flow.run({ ...testContext(), root })).not.toHaveProperty("errorLocation");
});
