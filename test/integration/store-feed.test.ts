import { newExecutionId, type ExecutionId } from "@crewstream/contracts";
import {
  addFeed,
  advanceFeed,
  closeFeed,
  discardDelivery,
  readAttempts,
  readDeadLetters,
  readFeed,
  readOpenDelivery,
  restFeed,
  retireExecution,
  reviveDelivery,
  sealDeliveries,
  listActive,
  partitionOf,
  type Attempt,
  type DeliveryRecord,
  type Settlement,
} from "@crewstream/redis";
import { afterAll, describe, expect, test } from "vitest";
import { createTestExecution, events, openTestStore, publish, subscription } from "../support/executions.ts";

const store = openTestStore();
afterAll(() => store[Symbol.asyncDispose]());
const limit = 2;

/** An execution with `count` events and one feed. */
async function fed(
  count: number,
  state: "RUNNING" | "SUCCESS" = "SUCCESS",
): Promise<{ executionId: ExecutionId; feed: number }> {
  const id = await createTestExecution(store, [subscription("http://127.0.0.1:9/hook")]);
  await publish(store, id, { events: events(id, { count }), state });
  return { executionId: id, feed: 0 };
}
const record = (first: number, last = first, more: Partial<DeliveryRecord> = {}): DeliveryRecord => ({
  first,
  last,
  events: last - first + 1,
  sealedAt: 1,
  attempts: 0,
  ...more,
});
const tried = (first: number, outcome: Settlement["outcome"], last = first): Settlement => ({
  record: record(first, last, { attempts: 1, ...(outcome === "parked" || outcome === "held" ? { nextAt: 5 } : {}) }),
  outcome,
});
const settle = (address: { executionId: ExecutionId; feed: number }, ...settlements: Settlement[]) =>
  advanceFeed(store, address, { settlements, maxParked: limit });
const counters = (address: { executionId: ExecutionId; feed: number }) =>
  store.redis.hgetall(store.keys.execution(address.executionId).feed(address.feed).feed);
const ttls = async (id: ExecutionId): Promise<number[]> => {
  const keys = await store.redis.keys(`${store.keys.prefix}:{${id}}:*`);
  return Promise.all(keys.map((key) => store.redis.pttl(key)));
};

describe("sealing", () => {
  test("moves the cursor once: of two that read the same place, one is told to read again", async () => {
    const address = await fed(4);
    expect(await sealDeliveries(store, address, { from: 0, to: 2, deliveries: [record(1, 2)] })).toBe("sealed");
    expect(await sealDeliveries(store, address, { from: 0, to: 3, deliveries: [record(1, 3)] })).toBe("stale");
    const feed = await readFeed(store, address);
    expect(feed?.cursor).toBe(2);
    expect(feed?.open).toEqual([{ ...record(1, 2), state: "sealed" }]);
  });

  test("is refused when the subscription has ended", async () => {
    const address = await fed(2);
    await closeFeed(store, address, "gone");
    expect(await sealDeliveries(store, address, { from: 0, to: 1, deliveries: [record(1)] })).toBe("closed");
    expect((await readFeed(store, address))?.open).toEqual([]);
  });
});

describe("a whole turn of a feed", () => {
  test("settles what came back and seals what goes out", async () => {
    const address = await fed(3);
    await sealDeliveries(store, address, { from: 0, to: 2, deliveries: [record(1), record(2)] });
    const answer = await advanceFeed(store, address, {
      settlements: [tried(1, "delivered"), tried(2, "parked")],
      seal: { from: 2, to: 3, deliveries: [record(3)] },
      maxParked: limit,
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

  test("settles also when another job has moved the cursor meanwhile", async () => {
    const address = await fed(3);
    await sealDeliveries(store, address, { from: 0, to: 2, deliveries: [record(1), record(2)] });
    const answer = await advanceFeed(store, address, {
      settlements: [tried(1, "delivered")],
      seal: { from: 1, to: 3, deliveries: [record(3)] },
      maxParked: limit,
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

  test("a late failure brings nothing back that was acknowledged", async () => {
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

  test("a late acknowledgement takes a dead letter back", async () => {
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
    expect(await readOpenDelivery(store, address, 1)).toMatchObject({ state: "sealed" });
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
  test("says what a feed is waiting for, in every case", async () => {
    const running = await fed(2, "RUNNING");
    expect(await restFeed(store, running, limit)).toBe("more");
    await sealDeliveries(store, running, { from: 0, to: 2, deliveries: [record(1), record(2)] });
    expect(await restFeed(store, running, limit)).toBe("asleep");
    // Asleep: the next event wakes it, and only the first of them.
    expect(
      await publish(store, running.executionId, { events: events(running.executionId, { from: 3, count: 1 }) }),
    ).toEqual([0]);
    expect(
      await publish(store, running.executionId, { events: events(running.executionId, { from: 4, count: 1 }) }),
    ).toEqual([]);

    await settle(running, tried(1, "parked"), tried(2, "parked"));
    expect(await restFeed(store, running, limit)).toBe("blocked");
    expect((await settle(running, tried(1, "delivered"))).wake).toBe(true);
    expect((await settle(running, tried(2, "delivered"))).wake).toBe(false);
    expect(await restFeed(store, running, limit)).toBe("more");

    await sealDeliveries(store, running, { from: 2, to: 4, deliveries: [record(3, 4)] });
    await publish(store, running.executionId, { state: "SUCCESS" });
    // Ended, and one delivery is open still.
    expect(await restFeed(store, running, limit)).toBe("asleep");
    await settle(running, tried(3, "delivered", 4));
    expect(await restFeed(store, running, limit)).toBe("all_done");
    expect(await restFeed(store, running, limit)).toBe("asleep");
    expect(await restFeed(store, { executionId: newExecutionId(), feed: 0 }, limit)).toBe("gone");
  });

  test("the last feed of several is told that it is the last, once", async () => {
    const id = await createTestExecution(store, [subscription("http://a.test/"), subscription("http://b.test/")]);
    await publish(store, id, { state: "FAILED", feeds: [] });
    expect(await restFeed(store, { executionId: id, feed: 1 }, limit)).toBe("done");
    expect(await restFeed(store, { executionId: id, feed: 0 }, limit)).toBe("all_done");
  });
});

describe("ending a subscription", () => {
  test("turns what is open into dead letters, once, and later events wake nobody", async () => {
    const address = await fed(3, "RUNNING");
    await sealDeliveries(store, address, { from: 0, to: 2, deliveries: [record(1), record(2)] });
    await settle(address, tried(1, "parked"));
    expect(await closeFeed(store, address, "gone")).toBe(2);
    expect(await closeFeed(store, address, "gone")).toBe(0);
    expect((await readDeadLetters(store, address)).map(({ first }) => first)).toEqual([1, 2]);
    expect(await restFeed(store, address, limit)).toBe("asleep");
    const { executionId } = address;
    expect(
      await publish(store, executionId, { events: events(executionId, { from: 4, count: 1 }), state: "SUCCESS" }),
    ).toEqual([]);
    expect(await restFeed(store, address, limit)).toBe("all_done");
  });
});

describe("a person's wishes", () => {
  test("a dead letter is parked again, or dropped; what is being sent stays", async () => {
    const address = await fed(3);
    await sealDeliveries(store, address, { from: 0, to: 3, deliveries: [record(1), record(2), record(3)] });
    await settle(address, tried(1, "dead"), tried(2, "dead"));
    expect(await reviveDelivery(store, address, 1, 9)).toBe("parked");
    expect(await counters(address)).toMatchObject({ parked: "1", dead: "1" });
    expect(await reviveDelivery(store, address, 1, 7)).toBe("parked");
    expect(await readOpenDelivery(store, address, 1)).toEqual({
      ...record(1, 1, { attempts: 1, nextAt: 7, scheduleFrom: 1, revivedAt: 7 }),
      state: "parked",
    });
    expect(await discardDelivery(store, address, 2)).toBe("done");
    expect(await discardDelivery(store, address, 2)).toBe("not_found");
    expect(await reviveDelivery(store, address, 2, 7)).toBe("not_found");
    expect(await discardDelivery(store, address, 3)).toBe("in_flight");
    expect(await reviveDelivery(store, address, 3, 7)).toBe("in_flight");
    expect(await counters(address)).toMatchObject({ parked: "1", dead: "0", discarded: "1" });
    expect(await discardDelivery(store, address, 1)).toBe("done");
    expect(await counters(address)).toMatchObject({ parked: "0", discarded: "2" });
  });

  test("a strict feed's held head is due at once and stays the head, or is dropped for good", async () => {
    const address = await fed(2);
    await sealDeliveries(store, address, { from: 0, to: 1, deliveries: [record(1)] });
    await settle(address, tried(1, "held"));
    const now = Date.now();
    expect(await reviveDelivery(store, address, 1, now)).toBe("held");
    expect(await readOpenDelivery(store, address, 1)).toEqual({
      ...record(1, 1, { attempts: 1, nextAt: now, scheduleFrom: 1, revivedAt: now }),
      state: "sealed",
    });
    expect(await counters(address)).toMatchObject({ parked: "0" });
    expect(await discardDelivery(store, address, 1)).toBe("done");
    // An attempt that was under way comes back late: nothing stands up again, and nothing is counted twice.
    expect((await settle(address, tried(1, "held"))).effects).toEqual(["none"]);
    expect((await settle(address, tried(1, "delivered"))).effects).toEqual(["none"]);
    expect(await readOpenDelivery(store, address, 1)).toBeUndefined();
    const { parked, dead = "0", delivered = "0", discarded } = await counters(address);
    expect({ parked, dead, delivered, discarded }).toEqual({ parked: "0", dead: "0", delivered: "0", discarded: "1" });
    expect(await restFeed(store, address, limit)).toBe("more");
  });

  test("what an attempt wrote down just before is not undone", async () => {
    const address = await fed(1);
    await sealDeliveries(store, address, { from: 0, to: 1, deliveries: [record(1)] });
    await settle(address, {
      record: record(1, 1, { attempts: 4, nextAt: 5, lastAt: 3, outcome: "timeout" }),
      outcome: "held",
    });
    await reviveDelivery(store, address, 1, 7);
    expect(await readOpenDelivery(store, address, 1)).toMatchObject({ attempts: 4, lastAt: 3, outcome: "timeout" });
  });

  test("a revived letter of an execution that was about to expire keeps it, until it is done again", async () => {
    const address = await fed(1);
    const { executionId } = address;
    const active = () => listActive(store, partitionOf(executionId, store.partitions), { limit: 1000 });
    await sealDeliveries(store, address, { from: 0, to: 1, deliveries: [record(1)] });
    await settle(address, tried(1, "dead"));
    expect(await restFeed(store, address, limit)).toBe("all_done");
    await retireExecution(store, executionId, { feeds: 1, retentionMs: 60_000 });
    expect((await ttls(executionId)).every((ttl) => ttl > 0)).toBe(true);
    expect((await active()).some(({ id }) => id === executionId)).toBe(false);

    expect(await reviveDelivery(store, address, 1, 1)).toBe("parked");
    expect((await ttls(executionId)).every((ttl) => ttl === -1)).toBe(true);
    expect((await active()).some(({ id }) => id === executionId)).toBe(true);
    await settle(address, tried(1, "dead"));
    expect(await restFeed(store, address, limit)).toBe("all_done");
    await retireExecution(store, executionId, { feeds: 1, retentionMs: 60_000 });
    expect((await ttls(executionId)).every((ttl) => ttl > 0)).toBe(true);
  });
});

describe("replays", () => {
  test("a feed is added under a free number only, delivers its range, and holds off the execution's end", async () => {
    const address = await fed(5);
    const { executionId } = address;
    await sealDeliveries(store, address, { from: 0, to: 5, deliveries: [] });
    expect(await restFeed(store, address, limit)).toBe("all_done");
    await retireExecution(store, executionId, { feeds: 1, retentionMs: 60_000 });

    const replay = { subscription: subscription("http://c.test/"), from: 2, to: 4 };
    expect(await addFeed(store, executionId, { feed: 0, ...replay })).toBe(false);
    expect(await addFeed(store, executionId, { feed: 1, ...replay })).toBe(true);
    expect(await addFeed(store, executionId, { feed: 1, ...replay })).toBe(false);
    expect((await ttls(executionId)).every((ttl) => ttl === -1)).toBe(true);
    const added = { executionId, feed: 1 };
    expect(await readFeed(store, added)).toMatchObject({ cursor: 1, until: 4, feeds: 2 });

    // Someone who thinks that the execution is done is wrong now.
    await retireExecution(store, executionId, { feeds: 1, retentionMs: 60_000 });
    expect((await ttls(executionId)).every((ttl) => ttl === -1)).toBe(true);

    expect(await restFeed(store, added, limit)).toBe("more");
    await sealDeliveries(store, added, { from: 1, to: 4, deliveries: [] });
    expect(await restFeed(store, added, limit)).toBe("all_done");
    // Counted by the store: the caller has heard of one feed only.
    await retireExecution(store, executionId, { feeds: 1, retentionMs: 60_000 });
    expect((await ttls(executionId)).every((ttl) => ttl > 0)).toBe(true);
    await expect(addFeed(store, newExecutionId(), { feed: 0, ...replay })).rejects.toMatchObject({
      code: "execution_gone",
    });
  });
});
