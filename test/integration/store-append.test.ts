import {
  claimLease,
  readEvents,
  readExecution,
  readJournal,
  releaseLease,
  renewLease,
  restFeed,
  appendStep,
} from "@crewstream/redis";
import { afterAll, expect, test } from "vitest";
import { createTestExecution, events, openTestStore, publish, subscription } from "../support/executions.ts";

const store = openTestStore();
afterAll(() => store[Symbol.asyncDispose]());
const sink = subscription("http://127.0.0.1:9/hook");

test("a step is written atomically, and a step that does not follow is rejected without a trace", async () => {
  const id = await createTestExecution(store, [sink]);
  await appendStep(store, id, {
    epoch: 0,
    events: events(id, { count: 2 }),
    rows: [["a/b", '{"v":1}']],
    fields: { last_step: "1" },
    feeds: [0],
  });
  expect(await readJournal(store, id)).toEqual(new Map([["a/b", '{"v":1}']]));
  expect(await readExecution(store, id)).toMatchObject({ seq: 2, last_step: 1 });

  const gap = {
    epoch: 0,
    events: events(id, { from: 4, count: 1 }),
    rows: [["c", "1"]] as const,
    fields: {},
    feeds: [],
  };
  await expect(appendStep(store, id, gap)).rejects.toMatchObject({ code: "stale_write" });
  const other = events(id, { from: 2, count: 1, type: "something_else" });
  await expect(publish(store, id, { events: other })).rejects.toMatchObject({ code: "stale_write" });
  expect((await readEvents(store, id, { from: 1, limit: 10 })).map(({ seq, type }) => [seq, type])).toEqual([
    [1, "note"],
    [2, "note"],
  ]);
  expect((await readJournal(store, id)).has("c")).toBe(false);
});

test("a repeated step adds nothing, and returns again the feed whose wake may have been lost", async () => {
  const id = await createTestExecution(store, [sink]);
  const step = events(id, { count: 3 });
  expect(await publish(store, id, { events: step })).toEqual([0]);
  expect(await publish(store, id, { events: step })).toEqual([0]);
  expect(await readEvents(store, id, { from: 1, limit: 10 })).toEqual(step);
  // The next one finds the feed awake: one wake per sleep.
  expect(await publish(store, id, { events: events(id, { from: 4, count: 1 }) })).toEqual([]);
  expect(await restFeed(store, { executionId: id, feed: 0 }, 10)).toBe("more");
});

test("a worker that lost the lease can write nothing, renew nothing and end nothing", async () => {
  const id = await createTestExecution(store, [sink]);
  const first = await claimLease(store, id, { owner: "one", leaseMs: 60_000 });
  expect(first).toMatchObject({ lease: { epoch: 1, seq: 0, runs: 1 } });
  expect(await claimLease(store, id, { owner: "two", leaseMs: 60_000 })).toMatchObject({ refused: "held" });
  await releaseLease(store, id, 1);
  const second = await claimLease(store, id, { owner: "two", leaseMs: 60_000 });
  // A run that was handed over without a crash does not count towards its limit of crashes.
  expect(second).toMatchObject({ lease: { epoch: 2, runs: 1 } });

  const late = publish(store, id, { epoch: 1, events: events(id, { count: 1 }), state: "FAILED" });
  await expect(late).rejects.toMatchObject({ code: "lease_lost" });
  await expect(renewLease(store, id, { epoch: 1, leaseMs: 1000 })).rejects.toMatchObject({ code: "lease_lost" });
  expect(await readExecution(store, id)).toMatchObject({ seq: 0, state: "STARTED" });
  expect(await publish(store, id, { epoch: 2, events: events(id, { count: 1 }), state: "SUCCESS" })).toEqual([0]);
  expect(await claimLease(store, id, { owner: "three", leaseMs: 1000 })).toMatchObject({ refused: "ended" });
});

test("an expired lease is acquired by another worker under a new epoch", async () => {
  const id = await createTestExecution(store);
  await claimLease(store, id, { owner: "dead", leaseMs: 1 });
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(await claimLease(store, id, { owner: "next", leaseMs: 1000 })).toMatchObject({ lease: { epoch: 2, runs: 2 } });
});
