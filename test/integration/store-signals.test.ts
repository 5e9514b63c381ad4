import { AppendSignals } from "@crewstream/redis";
import { Redis } from "ioredis";
import { afterAll, expect, inject, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { createTestExecution, events, openTestStore, publish } from "../support/executions.ts";

const store = openTestStore();
afterAll(() => store[Symbol.asyncDispose]());

/** An execution, and how often each of its listeners was told. */
async function followed(signals: AppendSignals, listeners: number) {
  const id = await createTestExecution(store);
  const told = Array.from({ length: listeners }, () => 0);
  const held = told.map((_, index) => signals.listen(id, () => (told[index] = (told[index] ?? 0) + 1)));
  await Promise.all(held.map(({ ready }) => ready));
  let seq = 0;
  const append = () => publish(store, id, { events: events(id, { from: (seq += 1), count: 1 }), feeds: [] });
  return { id, told, held, append };
}

test("who follows an execution is told of each append at once, and of its end; nobody else is", async () => {
  await using signals = new AppendSignals(store);
  const [one, other] = [await followed(signals, 2), await followed(signals, 1)];
  await one.append();
  await eventually(() => expect(one.told).toEqual([1, 1]));
  await publish(store, one.id, { state: "SUCCESS", feeds: [] });
  await eventually(() => expect(one.told).toEqual([2, 2]));
  expect(other.told).toEqual([0]);
});

test("who has stopped listening hears nothing more, and the others do", async () => {
  await using signals = new AppendSignals(store);
  const run = await followed(signals, 2);
  run.held[0]?.[Symbol.dispose]();
  await run.append();
  await eventually(() => expect(run.told).toEqual([0, 1]));
  run.held[1]?.[Symbol.dispose]();
  await run.append();
  await using again = new AppendSignals(store);
  let heard = 0;
  const held = again.listen(run.id, () => (heard += 1));
  await held.ready;
  await run.append();
  await eventually(() => expect(heard).toBe(1));
  expect(run.told).toEqual([0, 1]);
});

test("a connection that was lost is made again, with all that is followed", async () => {
  await using signals = new AppendSignals(store);
  const run = await followed(signals, 1);
  const admin = new Redis(inject("redisUrl"));
  await admin.call("CLIENT", "KILL", "TYPE", "pubsub");
  admin.disconnect();
  await eventually(async () => {
    await run.append();
    expect(run.told[0]).toBeGreaterThan(0);
  });
});
