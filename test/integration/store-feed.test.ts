import { newExecutionId } from "@crewstream/contracts";
import {
  advanceFeed,
  closeFeed,
  readAttempts,
  readDeadLetters,
  readFeed,
  readOpenDelivery,
  restFeed,
  sealDeliveries,
  type Attempt,
} from "@crewstream/redis";
import { afterAll, describe, expect, test } from "vitest";
import { createTestExecution, events, openTestStore, publish, subscription } from "../support/executions.ts";
import { feedsOf, parkLimit, record, tried } from "../support/fed-executions.ts";

const store = openTestStore();
afterAll(() => store[Symbol.asyncDispose]());
const { counters, fed, settle } = feedsOf(store);

describe("sealing", () => {
  test("moves the cursor once: of two that read the same position, one must read again", async () => {
    const address = await fed(4);
    expect(await sealDeliveries(store, address, { from: 0, to: 2, deliveries: [record(1, 2)] })).toBe("sealed");
    expect(await sealDeliveries(store, address, { from: 0, to: 3, deliveries: [record(1, 3)] })).toBe("stale");
    const feed = await readFeed(store, address);
    expect(feed?.cursor).toBe(2);
    expect(feed?.open).toEqual([{ ...record(1, 2), state: "sealed" }]);
  });

  test("is rejected if the subscription has ended", async () => {
    const address = await fed(2);
    await closeFeed(store, address, "gone");
    expect(await sealDeliveries(store, address, { from: 0, to: 1, deliveries: [record(1)] })).toBe("closed");
    expect((await readFeed(store, address))?.open).toEqual([]);
  });
});

describe("a whole turn of a feed", () => {
  test("settles outcomes and seals the next deliveries", async () => {
    const address = await fed(3);
    await sealDeliveries(store, address, { from: 0, to: 2, deliveries: [record(1), record(2)] });
    const answer = await advanceFeed(store, address, {
      settlements: [tried(1, "delivered"), tried(2, "parked")],
      seal: { from: 2, to: 3, deliveries: [record(3)] },
      maxParked: parkLimit,
    });
    expect(answer).toEqual({ effects: ["settled", "settled"], wake: false, sealed: "sealed" });
    const feed = await readFeed(store, address);
    expect(feed?.cursor).toBe(3);
    expect(feed?.open.map(({ first, state }) => [first, state])).toEqual([
      [2, "parked"],
      [3, "sealed"],
    ]);
    expect(await counters(address)).toMatchObject({ delivered: "1", parked: "1" });
  });

  test("also settles if another job has moved the cursor meanwhile", async () => {
    const address = await fed(3);
    await sealDeliveries(store, address, { from: 0, to: 2, deliveries: [record(1), record(2)] });
    const answer = await advanceFeed(store, address, {
      settlements: [tried(1, "delivered")],
      seal: { from: 1, to: 3, deliveries: [record(3)] },
      maxParked: parkLimit,
    });
    expect(answer).toMatchObject({ effects: ["settled"], sealed: "stale" });
    const feed = await readFeed(store, address);
    expect(feed?.cursor).toBe(2);
    expect(feed?.open.map(({ first }) => first)).toEqual([2]);
  });
});

describe("settling", () => {
  test("counts what was delivered, parked and dead, and keeps the dead", async () => {
    const address = await fed(3);
    await sealDeliveries(store, address, { from: 0, to: 3, deliveries: [record(1), record(2), record(3)] });
    const answer = await settle(address, tried(1, "delivered"), tried(2, "parked"), tried(3, "dead"));
    expect(answer.effects).toEqual(["settled", "settled", "settled"]);
    expect(await counters(address)).toMatchObject({ delivered: "1", parked: "1", dead: "1", delivered_events: "1" });
    expect(await readOpenDelivery(store, address, 2)).toMatchObject({ state: "parked", nextAt: 5 });
    expect((await readDeadLetters(store, address)).map(({ first }) => first)).toEqual([3]);
  });

  test("a late failure does not bring back what was acknowledged", async () => {
    const address = await fed(1);
    await sealDeliveries(store, address, { from: 0, to: 1, deliveries: [record(1)] });
    await settle(address, tried(1, "delivered"));
    for (const outcome of ["parked", "dead", "held"] as const) {
      expect((await settle(address, tried(1, outcome))).effects).toEqual(["none"]);
    }
    expect((await readFeed(store, address))?.open).toEqual([]);
    expect(await readDeadLetters(store, address)).toEqual([]);
    expect(await counters(address)).toMatchObject({ delivered: "1", parked: "0" });
  });

  test("a late acknowledgement removes a dead letter", async () => {
    const address = await fed(1);
    await sealDeliveries(store, address, { from: 0, to: 1, deliveries: [record(1)] });
    await closeFeed(store, address, "gone");
    expect((await settle(address, tried(1, "delivered"))).effects).toEqual(["took_back_dead_letter"]);
    expect(await readDeadLetters(store, address)).toEqual([]);
    expect(await counters(address)).toMatchObject({ delivered: "1", dead: "0" });
  });

  test("a parked delivery that is held again no longer counts as parked", async () => {
    const address = await fed(1);
    await sealDeliveries(store, address, { from: 0, to: 1, deliveries: [record(1)] });
    await settle(address, tried(1, "parked"));
    await settle(address, tried(1, "held"));
    expect(await counters(address)).toMatchObject({ parked: "0" });
    expect(await readOpenDelivery(store, address, 1)).toMatchObject({ state: "held" });
  });

  test("leaves nothing behind for an execution that has expired", async () => {
    const id = newExecutionId();
    const attempt: Attempt = {
      id: "dlv",
      executionId: id,
      endpoint: "ep_x",
      feed: 0,
      attempt: 1,
      at: 1,
      durationMs: 1,
      events: 1,
      outcome: "rejected",
      settled: "parked",
    };
    await settle({ executionId: id, feed: 0 }, { ...tried(1, "parked"), attempt });
    expect(await store.redis.keys(`${store.keys.prefix}:{${id}}:*`)).toEqual([]);
    const address = await fed(1);
    await sealDeliveries(store, address, { from: 0, to: 1, deliveries: [record(1)] });
    await settle(address, { ...tried(1, "parked"), attempt });
    expect(await readAttempts(store, address.executionId, { limit: 5 })).toMatchObject([{ attempt }]);
  });
});

describe("resting", () => {
  test("returns what a feed is waiting for, in every case", async () => {
    const running = await fed(2, "RUNNING");
    expect(await restFeed(store, running, parkLimit)).toBe("more");
    await sealDeliveries(store, running, { from: 0, to: 2, deliveries: [record(1), record(2)] });
    expect(await restFeed(store, running, parkLimit)).toBe("asleep");
    // Asleep: the next event wakes it, and only the first of them.
    expect(
      await publish(store, running.executionId, { events: events(running.executionId, { from: 3, count: 1 }) }),
    ).toEqual([0]);
    expect(
      await publish(store, running.executionId, { events: events(running.executionId, { from: 4, count: 1 }) }),
    ).toEqual([]);

    await settle(running, tried(1, "parked"), tried(2, "parked"));
    expect(await restFeed(store, running, parkLimit)).toBe("blocked");
    expect((await settle(running, tried(1, "delivered"))).wake).toBe(true);
    expect((await settle(running, tried(2, "delivered"))).wake).toBe(false);
    expect(await restFeed(store, running, parkLimit)).toBe("more");

    await sealDeliveries(store, running, { from: 2, to: 4, deliveries: [record(3, 4)] });
    await publish(store, running.executionId, { state: "SUCCESS" });
    // Ended, and one delivery is still open.
    expect(await restFeed(store, running, parkLimit)).toBe("asleep");
    await settle(running, tried(3, "delivered", 4));
    expect(await restFeed(store, running, parkLimit)).toBe("all_done");
    expect(await restFeed(store, running, parkLimit)).toBe("asleep");
    expect(await restFeed(store, { executionId: newExecutionId(), feed: 0 }, parkLimit)).toBe("gone");
  });

  test("the last feed of several gets to know that it is the last, once", async () => {
    const id = await createTestExecution(store, [subscription("http://a.test/"), subscription("http://b.test/")]);
    await publish(store, id, { state: "FAILED", feeds: [] });
    expect(await restFeed(store, { executionId: id, feed: 1 }, parkLimit)).toBe("done");
    expect(await restFeed(store, { executionId: id, feed: 0 }, parkLimit)).toBe("all_done");
  });
});

describe("ending a subscription", () => {
  test("turns open deliveries into dead letters, once, and later events wake nothing", async () => {
    const address = await fed(3, "RUNNING");
    await sealDeliveries(store, address, { from: 0, to: 2, deliveries: [record(1), record(2)] });
    await settle(address, tried(1, "parked"));
    expect(await closeFeed(store, address, "gone")).toBe(2);
    expect(await closeFeed(store, address, "gone")).toBe(0);
    expect((await readDeadLetters(store, address)).map(({ first }) => first)).toEqual([1, 2]);
    expect(await restFeed(store, address, parkLimit)).toBe("asleep");
    const { executionId } = address;
    expect(
      await publish(store, executionId, { events: events(executionId, { from: 4, count: 1 }), state: "SUCCESS" }),
    ).toEqual([]);
    expect(await restFeed(store, address, parkLimit)).toBe("all_done");
  });
});
