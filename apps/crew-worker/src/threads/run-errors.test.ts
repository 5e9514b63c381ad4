import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { newExecutionId } from "@crewstream/contracts";
import { createLogger } from "@crewstream/service";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { RunOrder, ThreadStep } from "./protocol.ts";
import { runInThread } from "./run-in-thread.ts";
import { ThreadPool } from "./thread-pool.ts";

const fixtures = new URL("../../../../test/fixtures/failing/", import.meta.url).pathname;
const secret = "sesame-open-4711";
const log = createLogger({ name: "test", level: "fatal" });

let folder: string;
let pool: ThreadPool;
beforeAll(async () => {
  process.env["SHOP_API_KEY"] = secret;
  folder = await mkdtemp(join(tmpdir(), "crewstream-errors-"));
  pool = new ThreadPool(256, log, { add: () => undefined });
});
afterAll(async () => {
  delete process.env["SHOP_API_KEY"];
  await pool[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

interface Written {
  type: string;
  data: Record<string, unknown>;
}

/** Runs an automation in a thread, and returns its outcome and everything that it had written. */
async function run(path: string, changes: Partial<RunOrder> = {}) {
  const steps: ThreadStep[] = [];
  const executionId = newExecutionId();
  const order: RunOrder = {
    executionId,
    automation: "wrong",
    kind: "flow",
    path,
    root: dirname(path),
    inputs: {},
    defaultModel: "offline/demo",
    env: { SHOP_API_KEY: secret },
    maxEventBytes: 1_048_576,
    limits: { seconds: 0, events: 0, tokens: 0 },
    onDivergence: "fail",
    directory: join(folder, executionId),
    allowNetworks: [],
    seq: 0,
    knownIds: new Map(),
    journal: new Map(),
    ...changes,
  };
  const host = {
    serve: async (call: { kind: string; step?: ThreadStep }) => {
      if (call.kind === "append" && call.step !== undefined) steps.push(call.step);
      return undefined;
    },
  };
  const outcome = await runInThread(pool, order, { host, signal: new AbortController().signal });
  const events = steps.flatMap((step) => step.events.map(({ json }) => JSON.parse(json) as Written));
  const journal = new Map(steps.flatMap((step) => [...step.rows]));
  return { outcome, events, journal, text: JSON.stringify([outcome, steps]) };
}

test("a failed flow reports where in its files the root cause occurred, with causes and without secrets", async () => {
  const { outcome, events, text } = await run(join(fixtures, "wrong_flow.ts"));
  const location = "lib/price.ts:10:9";
  expect(outcome).toMatchObject({ state: "FAILED", error: "no quote for the item", errorType: "TypeError" });
  expect(outcome).toMatchObject({ errorLocation: location });
  const { errorStack = "" } = outcome as { errorStack?: string };
  for (const type of ["method_execution_failed", "flow_failed"]) {
    expect(events.find((event) => event.type === type)?.data).toMatchObject({
      error: "no quote for the item",
      error_location: location,
      error_stack: errorStack,
    });
  }
  const stack = errorStack.split("\n");
  expect(stack[0]).toBe("TypeError: no quote for the item");
  expect(stack[1]).toMatch(/^ {4}at .*\(wrong_flow\.ts:14:13\)$/);
  expect(stack).toContain("caused by PriceError: lamp: https://shop.example/?api_key=[secret] refused");
  expect(stack).toContain(`    at ask (${location})`);
  expect(errorStack).not.toMatch(/node:|crew-worker|packages\//);
  expect(text).not.toContain(secret);
});

test("a tool's error is located in its events, and in those of the task that it fails", async () => {
  const { outcome, events } = await run(join(fixtures, "wrong_tool.ts"), { kind: "crew" });
  const location = "wrong_tool.ts:10:30";
  expect(outcome).toMatchObject({ state: "FAILED", errorLocation: location });
  for (const type of ["tool_usage_error", "agent_execution_error", "task_failed", "crew_kickoff_failed"]) {
    const data = events.find((event) => event.type === type)?.data;
    expect(data?.["error_location"]).toBe(location);
    expect(data?.["error_stack"]).toContain("Cannot read properties of undefined");
  }
});

test("a run that is resumed after its failure was stored keeps the location", async () => {
  const first = await run(join(fixtures, "wrong_flow.ts"));
  const again = await run(join(fixtures, "wrong_flow.ts"), { journal: first.journal });
  expect(again.outcome).toEqual(first.outcome);
});

test("a run that exceeds a limit at once is ended for that, and its thread survives", async () => {
  const limits = { seconds: 0, events: 500, tokens: 0 };
  const { outcome } = await run(join(fixtures, "endless.ts"), { limits });
  expect(outcome).toMatchObject({ state: "FAILED", error: expect.stringContaining("RUN_MAX_EVENTS") as string });
});

test("a model's error has no location in the automation's code", async () => {
  const path = join(folder, "keyless.ts");
  await writeFile(
    path,
    `import { defineCrew } from "@crewstream/crew";
export default defineCrew({
  agents: { writer: { role: "W", goal: "W", backstory: "W", model: "anthropic/claude", maxRetryLimit: 0 } },
  tasks: [{ name: "write", description: "Write", expectedOutput: "A text", agent: "writer" }],
});`,
  );
  const { outcome } = await run(path, { kind: "crew" });
  expect(outcome).toMatchObject({ state: "FAILED" });
  expect(outcome).not.toHaveProperty("errorLocation");
});
