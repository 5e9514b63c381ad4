import { newExecutionId, type ExecutionId } from "@crewstream/contracts";
import { jobDone, Queues, runsQueue } from "@crewstream/queue";
import { openStore, type Store } from "@crewstream/redis";
import { loadConfig, redisVariables, variables } from "@crewstream/service";
import { afterEach, beforeEach, expect, test } from "vitest";
import { silentLog } from "../support/executions.ts";
import { testEnvironment } from "../support/services.ts";
import { startRunWorker } from "../support/run-worker.ts";

const schema = variables.pick({ ...redisVariables, KEY_PREFIX: true, QUEUE_PARTITIONS: true });
let store: Store;
let queues: Queues;
let owners: Map<ExecutionId, string>;
beforeEach(() => {
  const config = loadConfig(schema, testEnvironment());
  store = openStore(config, { retry: "forever", log: silentLog, name: "test" });
  queues = new Queues(store);
  owners = new Map();
});
afterEach(async () => {
  await queues[Symbol.asyncDispose]();
  await store[Symbol.asyncDispose]();
});

async function ask(token: string): Promise<ExecutionId> {
  const id = newExecutionId();
  owners.set(id, token);
  await queues.enqueueRun({ id, token });
  return id;
}

async function askTimes(count: number, token: string): Promise<void> {
  for (let asked = 0; asked < count; asked += 1) await ask(token);
}

/** Takes runs one at a time until `count` were taken; returns their tokens in order. `onRun` may request more. */
async function take(count: number, onRun: (place: number) => Promise<void> = async () => undefined): Promise<string[]> {
  const order: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  await using _worker = startRunWorker(store, async (executionId) => {
    const place = order.push(owners.get(executionId) ?? "?");
    await onRun(place);
    if (place >= count) resolve();
    return jobDone;
  });
  await promise;
  return order.slice(0, count);
}

test("a burst of one token delays another's run by about one run, also if it has started", async () => {
  await askTimes(500, "burst");
  await ask("single");
  const order = await take(110, async (place) => {
    if (place === 100) await ask("late");
  });
  expect(order.slice(0, 2)).toContain("single");
  expect(order.slice(0, 102)).toContain("late");
});

test("a burst has its share although others never stop", async () => {
  await askTimes(60, "burst");
  await Promise.all(["b", "b", "c", "c"].map(ask));
  const order = await take(60, async () => {
    await Promise.all(["b", "c"].map(ask));
  });
  const taken = (token: string): number => order.filter((each) => each === token).length;
  expect(taken("burst")).toBeGreaterThanOrEqual(18);
  expect(taken("b")).toBeGreaterThanOrEqual(18);
});

test("requesting a run that is already waiting takes no turn, and turns start over when nothing waits", async () => {
  const id = await ask("a");
  for (let again = 0; again < 20; again += 1) await queues.enqueueRun({ id, token: "a" });
  await ask("a");
  await askTimes(3, "b");
  expect(await take(5)).toEqual(["a", "b", "a", "b", "b"]);
  await askTimes(2, "b");
  await askTimes(2, "a");
  expect(await take(4)).toEqual(["b", "a", "b", "a"]);
});

test("runs that wait for their turn count as waiting", async () => {
  await askTimes(3, "a");
  expect((await queues.depths()).find(({ queue }) => queue === runsQueue)).toMatchObject({ waiting: 3 });
});
