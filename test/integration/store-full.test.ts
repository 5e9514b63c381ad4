import { newExecutionId } from "@crewstream/contracts";
import { advanceFeed, readFeed, reportRequest, sealDeliveries } from "@crewstream/redis";
import { expect, test } from "vitest";
import { createTestExecution, events, openTestStore, publish, subscription } from "../support/executions.ts";
import { FaultyRedis } from "../support/redis.ts";
import { testEnvironment } from "../support/services.ts";

test("a full Redis rejects new events and new deliveries, and accepts the outcomes of those in flight", async () => {
  await using redis = await FaultyRedis.start();
  await using store = openTestStore(testEnvironment({ REDIS_URL: redis.url }));
  const id = await createTestExecution(store, [subscription("http://127.0.0.1:9/hook")]);
  const address = { executionId: id, feed: 0 };
  await publish(store, id, { events: events(id, { count: 3 }) });
  const record = (first: number) => ({ first, last: first, events: 1, sealedAt: 1, attempts: 1 });
  await sealDeliveries(store, address, { from: 0, to: 2, deliveries: [record(1), record(2)] });

  await store.redis.config("SET", "maxmemory", "1");
  await expect(publish(store, id, { events: events(id, { from: 4, count: 1 }) })).rejects.toThrow(/OOM/);
  await expect(createTestExecution(store, [], { id: newExecutionId() })).rejects.toThrow(/OOM/);
  await expect(sealDeliveries(store, address, { from: 2, to: 3, deliveries: [record(3)] })).rejects.toThrow(/OOM/);
  // Otherwise an acknowledged delivery would be sent again and again for as long as there is no room.
  const settlements = [
    { record: { ...record(1), nextAt: 5 }, outcome: "parked" as const },
    { record: record(2), outcome: "delivered" as const },
  ];
  expect(await advanceFeed(store, address, { settlements, maxParked: 5 })).toMatchObject({
    effects: ["settled", "settled"],
  });
  // The breaker gets the outcome too, or a failing attempt would not count.
  const limits = {
    consecutive: 1,
    windowMs: 1000,
    windowMin: 10,
    windowPercent: 50,
    firstPauseMs: 5000,
    maxPauseMs: 5000,
    probeMs: 1000,
  };
  const ill = {
    verdict: "failure",
    probe: false,
    reason: "timeout",
    pauseMs: 0,
    answered: false,
    unreportedSuccesses: 0,
  } as const;
  expect(await reportRequest(store, "endpoint", limits, ill)).toMatchObject({ change: "opened" });
  await store.redis.config("SET", "maxmemory", "0");
  expect(await readFeed(store, address)).toMatchObject({ cursor: 2, parked: 1, open: [{ first: 1, state: "parked" }] });
});
