import { newExecutionId } from "@crewstream/contracts";
import {
  addFeed,
  discardDelivery,
  readFeed,
  readOpenDelivery,
  restFeed,
  retireExecution,
  reviveDelivery,
  sealDeliveries,
  listActive,
  partitionOf,
} from "@crewstream/redis";
import { afterAll, describe, expect, test } from "vitest";
import { openTestStore, subscription } from "../support/executions.ts";
import { feedsOf, parkLimit, record, tried } from "../support/fed-executions.ts";

const store = openTestStore();
afterAll(() => store[Symbol.asyncDispose]());
const { counters, fed, settle, ttls } = feedsOf(store);

describe("an operator's actions", () => {
  test("a dead letter is parked again, or discarded; a first attempt in flight stays", async () => {
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

  test("a strict feed's held head is due immediately and stays the head, or is discarded permanently", async () => {
    const address = await fed(2);
    await sealDeliveries(store, address, { from: 0, to: 1, deliveries: [record(1)] });
    await settle(address, tried(1, "held"));
    const now = Date.now();
    expect(await reviveDelivery(store, address, 1, now)).toBe("held");
    expect(await readOpenDelivery(store, address, 1)).toEqual({
      ...record(1, 1, { attempts: 1, nextAt: now, scheduleFrom: 1, revivedAt: now }),
      state: "held",
    });
    expect(await counters(address)).toMatchObject({ parked: "0" });
    expect(await discardDelivery(store, address, 1)).toBe("done");
    // An attempt that was in flight ends late: nothing is restored, and nothing is counted twice.
    expect((await settle(address, tried(1, "held"))).effects).toEqual(["none"]);
    expect((await settle(address, tried(1, "delivered"))).effects).toEqual(["none"]);
    expect(await readOpenDelivery(store, address, 1)).toBeUndefined();
    const { parked, dead = "0", delivered = "0", discarded } = await counters(address);
    expect({ parked, dead, delivered, discarded }).toEqual({ parked: "0", dead: "0", delivered: "0", discarded: "1" });
    expect(await restFeed(store, address, parkLimit)).toBe("more");
  });

  test("a head that was held before that state had its own letter is not a first attempt", async () => {
    const address = await fed(3);
    const { open } = store.keys.execution(address.executionId).feed(address.feed);
    const old = `s${JSON.stringify(record(1, 1, { attempts: 1, nextAt: 5 }))}`;
    await store.redis.hset(
      open,
      "1",
      old,
      "2",
      old.replace('"first":1', '"first":2'),
      "3",
      `s${JSON.stringify(record(3))}`,
    );
    const states = async () => (await readFeed(store, address))?.open.map(({ first, state }) => [first, state]);
    expect(await states()).toEqual([
      [1, "held"],
      [2, "held"],
      [3, "sealed"],
    ]);
    expect(await reviveDelivery(store, address, 1, 9)).toBe("held");
    expect(await store.redis.hget(open, "1")).toMatch(/^h/);
    expect(await discardDelivery(store, address, 2)).toBe("done");
    expect(await counters(address)).toMatchObject({ parked: "0" });
    expect([await reviveDelivery(store, address, 3, 9), await discardDelivery(store, address, 3)]).toEqual([
      "in_flight",
      "in_flight",
    ]);
  });

  test("what an attempt recorded just before is not undone", async () => {
    const address = await fed(1);
    await sealDeliveries(store, address, { from: 0, to: 1, deliveries: [record(1)] });
    await settle(address, {
      record: record(1, 1, { attempts: 4, nextAt: 5, lastAt: 3, outcome: "timeout" }),
      outcome: "held",
    });
    await reviveDelivery(store, address, 1, 7);
    expect(await readOpenDelivery(store, address, 1)).toMatchObject({ attempts: 4, lastAt: 3, outcome: "timeout" });
  });

  test("a retried dead letter of an execution that was about to expire keeps it until it is done again", async () => {
    const address = await fed(1);
    const { executionId } = address;
    const active = () => listActive(store, partitionOf(executionId, store.partitions), { limit: 1000 });
    await sealDeliveries(store, address, { from: 0, to: 1, deliveries: [record(1)] });
    await settle(address, tried(1, "dead"));
    expect(await restFeed(store, address, parkLimit)).toBe("all_done");
    await retireExecution(store, executionId, { feeds: 1, retentionMs: 60_000 });
    expect((await ttls(executionId)).every((ttl) => ttl > 0)).toBe(true);
    expect((await active()).some(({ id }) => id === executionId)).toBe(false);

    expect(await reviveDelivery(store, address, 1, 1)).toBe("parked");
    expect((await ttls(executionId)).every((ttl) => ttl === -1)).toBe(true);
    expect((await active()).some(({ id }) => id === executionId)).toBe(true);
    await settle(address, tried(1, "dead"));
    expect(await restFeed(store, address, parkLimit)).toBe("all_done");
    await retireExecution(store, executionId, { feeds: 1, retentionMs: 60_000 });
    expect((await ttls(executionId)).every((ttl) => ttl > 0)).toBe(true);
  });
});

describe("replays", () => {
  test("a feed is only added under a free number, delivers its range, and delays the execution's expiry", async () => {
    const address = await fed(5);
    const { executionId } = address;
    await sealDeliveries(store, address, { from: 0, to: 5, deliveries: [] });
    expect(await restFeed(store, address, parkLimit)).toBe("all_done");
    await retireExecution(store, executionId, { feeds: 1, retentionMs: 60_000 });

    const replay = { subscription: subscription("http://c.test/"), from: 2, to: 4 };
    expect(await addFeed(store, executionId, { feed: 0, ...replay })).toBe(false);
    expect(await addFeed(store, executionId, { feed: 1, ...replay })).toBe(true);
    expect(await addFeed(store, executionId, { feed: 1, ...replay })).toBe(false);
    expect((await ttls(executionId)).every((ttl) => ttl === -1)).toBe(true);
    const added = { executionId, feed: 1 };
    expect(await readFeed(store, added)).toMatchObject({ cursor: 1, until: 4, feeds: 2 });

    // A caller that considers the execution done is wrong now.
    await retireExecution(store, executionId, { feeds: 1, retentionMs: 60_000 });
    expect((await ttls(executionId)).every((ttl) => ttl === -1)).toBe(true);

    expect(await restFeed(store, added, parkLimit)).toBe("more");
    await sealDeliveries(store, added, { from: 1, to: 4, deliveries: [] });
    expect(await restFeed(store, added, parkLimit)).toBe("all_done");
    // Counted by the store: the caller knows of one feed only.
    await retireExecution(store, executionId, { feeds: 1, retentionMs: 60_000 });
    expect((await ttls(executionId)).every((ttl) => ttl > 0)).toBe(true);
    await expect(addFeed(store, newExecutionId(), { feed: 0, ...replay })).rejects.toMatchObject({
      code: "execution_gone",
    });
  });
});
