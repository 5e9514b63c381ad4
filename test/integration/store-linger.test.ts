import { endFeedIfDone, Lingerers, restFeed, sealDeliveries } from "@crewstream/redis";
import { afterAll, expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { createTestExecution, events, openTestStore, publish, silentLog, subscription } from "../support/executions.ts";

const store = openTestStore();
afterAll(() => store[Symbol.asyncDispose]());

async function fed(): Promise<{ executionId: Awaited<ReturnType<typeof createTestExecution>>; feed: number }> {
  const executionId = await createTestExecution(store, [subscription("http://127.0.0.1:9/hook", { mode: "realtime" })]);
  return { executionId, feed: 0 };
}

/** Lingerers that listen already. */
async function listening(seats: number): Promise<Lingerers> {
  const lingerers = new Lingerers(store, { seats, log: silentLog });
  const probe = await fed();
  await eventually(() => {
    using seat = lingerers.sit(probe, 99);
    expect(seat).toBeDefined();
  });
  return lingerers;
}

test("who lingers hears of the next append, with its events where they are few", async () => {
  await using lingerers = await listening(2);
  const address = await fed();
  for (const text of ["few", "many".repeat(10_000)]) {
    using seat = lingerers.sit(address, 0);
    expect(await restFeed(store, address, 10, seat?.channel)).toBe("lingers");
    const [event] = events(address.executionId, { from: text === "few" ? 1 : 2, count: 1, text });
    // The feed stays awake: the append wakes nobody else.
    const woken = publish(store, address.executionId, { events: [event!] });
    expect(await seat?.news(60_000)).toEqual({ events: text === "few" ? [event] : [] });
    expect(await woken).toEqual([]);
    await sealDeliveries(store, address, { from: event!.seq - 1, to: event!.seq, deliveries: [] });
  }
});

test("who settles a retry beside a worker that lingers leaves it lingering, and ends the feed when all is done", async () => {
  await using lingerers = await listening(1);
  const address = await fed();
  using seat = lingerers.sit(address, 0);
  expect(await restFeed(store, address, 10, seat?.channel)).toBe("lingers");
  expect(await endFeedIfDone(store, address, 10)).toBe("asleep");
  const sent = events(address.executionId, { count: 1 });
  expect(await publish(store, address.executionId, { events: sent, state: "SUCCESS" })).toEqual([]);
  expect(await seat?.news(60_000)).toEqual({ events: sent });
  await sealDeliveries(store, address, { from: 0, to: 1, deliveries: [] });
  expect(await endFeedIfDone(store, address, 10)).toBe("all_done");
});

test("a feed whose run has ended, or that has more already, is not lingered at", async () => {
  await using lingerers = await listening(2);
  const address = await fed();
  using seat = lingerers.sit(address, 0);
  await publish(store, address.executionId, { events: events(address.executionId, { count: 1 }), state: "SUCCESS" });
  expect(await restFeed(store, address, 10, seat?.channel)).toBe("more");
  await sealDeliveries(store, address, { from: 0, to: 1, deliveries: [] });
  expect(await restFeed(store, address, 10, seat?.channel)).toBe("all_done");
});

test("the moment passes, one more takes the seat of whose wait began first, and closing sends all away", async () => {
  await using lingerers = await listening(2);
  const [one, two, three, other] = await Promise.all([fed(), fed(), fed(), fed()]);
  using first = lingerers.sit(one, 0);
  using second = lingerers.sit(two, 0);
  using beside = lingerers.sit(other, 1);
  expect(await first?.news(1)).toBeUndefined();
  const [away, stays, elsewhere] = [second, first, beside].map((seat) => seat?.news(60_000));
  using third = lingerers.sit(three, 0);
  expect(await away).toBeUndefined();
  lingerers.close();
  expect(await Promise.all([stays, elsewhere, third?.news(60_000)])).toEqual([undefined, undefined, undefined]);
  expect(lingerers.sit(one, 0)).toBeUndefined();
});

test("a feed that sends what it has heard of keeps its seat, so that no more linger in turn than there are seats", async () => {
  await using lingerers = await listening(1);
  const [one, two] = await Promise.all([fed(), fed()]);
  using first = lingerers.sit(one, 0);
  expect(await restFeed(store, one, 10, first?.channel)).toBe("lingers");
  const sent = events(one.executionId, { count: 1 });
  await publish(store, one.executionId, { events: sent });
  expect(await first?.news(60_000)).toEqual({ events: sent });
  // While it sends, another one sits down: then it goes, and comes again by its queue.
  using second = lingerers.sit(two, 0);
  expect(second?.channel).toBeDefined();
  expect(first?.channel).toBeUndefined();
  expect(await first?.news(60_000)).toBeUndefined();
  await sealDeliveries(store, one, { from: 0, to: 1, deliveries: [] });
  expect(await restFeed(store, one, 10, first?.channel)).toBe("asleep");
});
