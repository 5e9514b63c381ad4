import { listenForAppends, Notifications } from "@crewstream/redis";
import { Redis } from "ioredis";
import { afterAll, expect, inject, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { createTestExecution, events, openTestStore, publish } from "../support/executions.ts";

const store = openTestStore();
afterAll(() => store[Symbol.asyncDispose]());

/** An execution, and how often each of its listeners was called. */
async function followed(notifications: Notifications, listeners: number) {
  const id = await createTestExecution(store);
  const calls = Array.from({ length: listeners }, () => 0);
  const held = calls.map((_, index) =>
    listenForAppends(notifications, store, id, () => (calls[index] = (calls[index] ?? 0) + 1)),
  );
  await Promise.all(held.map(({ ready }) => ready));
  let seq = 0;
  const append = () => publish(store, id, { events: events(id, { from: (seq += 1), count: 1 }), feeds: [] });
  return { id, calls, held, append };
}

test("a listener is called immediately for each append and for the end of its execution, and for no other", async () => {
  await using notifications = new Notifications(store, "test");
  const [one, other] = [await followed(notifications, 2), await followed(notifications, 1)];
  await one.append();
  await eventually(() => expect(one.calls).toEqual([1, 1]));
  await publish(store, one.id, { state: "SUCCESS", feeds: [] });
  await eventually(() => expect(one.calls).toEqual([2, 2]));
  expect(other.calls).toEqual([0]);
});

test("a disposed listener is not called any more, and the others are", async () => {
  await using notifications = new Notifications(store, "test");
  const run = await followed(notifications, 2);
  run.held[0]?.[Symbol.dispose]();
  await run.append();
  await eventually(() => expect(run.calls).toEqual([0, 1]));
  run.held[1]?.[Symbol.dispose]();
  await run.append();
  await using again = new Notifications(store, "test");
  let heard = 0;
  const held = listenForAppends(again, store, run.id, () => (heard += 1));
  await held.ready;
  await run.append();
  await eventually(() => expect(heard).toBe(1));
  expect(run.calls).toEqual([0, 1]);
});

test("a lost connection is opened again with all its subscriptions", async () => {
  await using notifications = new Notifications(store, "test");
  const run = await followed(notifications, 1);
  const admin = new Redis(inject("redisUrl"));
  await admin.call("CLIENT", "KILL", "TYPE", "pubsub");
  admin.disconnect();
  await eventually(async () => {
    await run.append();
    expect(run.calls[0]).toBeGreaterThan(0);
  });
});
