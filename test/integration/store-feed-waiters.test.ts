import { endFeedIfDone, FeedWaiters, restFeed, sealDeliveries } from "@crewstream/redis";
import { afterAll, expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { createTestExecution, events, openTestStore, publish, silentLog, subscription } from "../support/executions.ts";

const store = openTestStore();
afterAll(() => store[Symbol.asyncDispose]());

async function fed(): Promise<{ executionId: Awaited<ReturnType<typeof createTestExecution>>; feed: number }> {
  const executionId = await createTestExecution(store, [subscription("http://127.0.0.1:9/hook", { mode: "realtime" })]);
  return { executionId, feed: 0 };
}

/** Feed waiters that are listening. */
async function listening(maxPerGroup: number): Promise<FeedWaiters> {
  const feedWaiters = new FeedWaiters(store, { maxPerGroup, log: silentLog });
  const probe = await fed();
  await eventually(() => {
    using slot = feedWaiters.acquire(probe, 99);
    expect(slot).toBeDefined();
  });
  return feedWaiters;
}

test("a waiting worker is notified of the next append, with its events if they are few", async () => {
  await using feedWaiters = await listening(2);
  const address = await fed();
  for (const text of ["few", "many".repeat(10_000)]) {
    using slot = feedWaiters.acquire(address, 0);
    expect(await restFeed(store, address, 10, slot?.channel)).toBe("waiting");
    const [event] = events(address.executionId, { from: text === "few" ? 1 : 2, count: 1, text });
    // The feed stays awake: the append wakes nobody else.
    const woken = publish(store, address.executionId, { events: [event!] });
    expect(await slot?.next(60_000)).toEqual({ events: text === "few" ? [event] : [] });
    expect(await woken).toEqual([]);
    await sealDeliveries(store, address, { from: event!.seq - 1, to: event!.seq, deliveries: [] });
  }
});

test("settling a retry leaves a worker waiting at the feed, and ends the feed when all is done", async () => {
  await using feedWaiters = await listening(1);
  const address = await fed();
  using slot = feedWaiters.acquire(address, 0);
  expect(await restFeed(store, address, 10, slot?.channel)).toBe("waiting");
  expect(await endFeedIfDone(store, address, 10)).toBe("asleep");
  const sent = events(address.executionId, { count: 1 });
  expect(await publish(store, address.executionId, { events: sent, state: "SUCCESS" })).toEqual([]);
  expect(await slot?.next(60_000)).toEqual({ events: sent });
  await sealDeliveries(store, address, { from: 0, to: 1, deliveries: [] });
  expect(await endFeedIfDone(store, address, 10)).toBe("all_done");
});

test("no worker waits at a feed whose run has ended, or that already has more events", async () => {
  await using feedWaiters = await listening(2);
  const address = await fed();
  using slot = feedWaiters.acquire(address, 0);
  await publish(store, address.executionId, { events: events(address.executionId, { count: 1 }), state: "SUCCESS" });
  expect(await restFeed(store, address, 10, slot?.channel)).toBe("more");
  await sealDeliveries(store, address, { from: 0, to: 1, deliveries: [] });
  expect(await restFeed(store, address, 10, slot?.channel)).toBe("all_done");
});

test("a wait times out, a further feed evicts the least recently waiting one, and closing ends all waits", async () => {
  await using feedWaiters = await listening(2);
  const [one, two, three, other] = await Promise.all([fed(), fed(), fed(), fed()]);
  using first = feedWaiters.acquire(one, 0);
  using second = feedWaiters.acquire(two, 0);
  using beside = feedWaiters.acquire(other, 1);
  expect(await first?.next(1)).toBeUndefined();
  const [away, stays, elsewhere] = [second, first, beside].map((slot) => slot?.next(60_000));
  using third = feedWaiters.acquire(three, 0);
  expect(await away).toBeUndefined();
  feedWaiters.close();
  expect(await Promise.all([stays, elsewhere, third?.next(60_000)])).toEqual([undefined, undefined, undefined]);
  expect(feedWaiters.acquire(one, 0)).toBeUndefined();
});

test("a feed that is sending keeps its slot, so that no more feeds wait in turn than there are slots", async () => {
  await using feedWaiters = await listening(1);
  const [one, two] = await Promise.all([fed(), fed()]);
  using first = feedWaiters.acquire(one, 0);
  expect(await restFeed(store, one, 10, first?.channel)).toBe("waiting");
  const sent = events(one.executionId, { count: 1 });
  await publish(store, one.executionId, { events: sent });
  expect(await first?.next(60_000)).toEqual({ events: sent });
  // While it is sending, another feed takes its slot: it then continues through its queue.
  using second = feedWaiters.acquire(two, 0);
  expect(second?.channel).toBeDefined();
  expect(first?.channel).toBeUndefined();
  expect(await first?.next(60_000)).toBeUndefined();
  await sealDeliveries(store, one, { from: 0, to: 1, deliveries: [] });
  expect(await restFeed(store, one, 10, first?.channel)).toBe("asleep");
});
