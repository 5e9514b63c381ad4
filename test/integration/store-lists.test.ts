import { randomUUID } from "node:crypto";
import { deliveryId, endpointId, newExecutionId } from "@crewstream/contracts";
import {
  advanceFeed,
  activeExecutions,
  addTallies,
  announceWorker,
  claimAlert,
  claimIdempotencyKey,
  countDeliveries,
  discardDelivery,
  emptyTally,
  forgetExecution,
  inFlightAnnouncer,
  indexSettlements,
  listDeliveries,
  listEndpoints,
  liveProcesses,
  logAttempts,
  partitionOf,
  processAnnouncer,
  readAttemptLog,
  readInFlight,
  relist,
  relistMissing,
  restFeed,
  retireExecution,
  reviveDelivery,
  sealDeliveries,
  servedAutomations,
  takeTurn,
  tidyDeliveries,
  withdrawWorker,
  type Attempt,
  type FeedAddress,
  type Listed,
  type Settlement,
} from "@crewstream/redis";
import { afterAll, describe, expect, test } from "vitest";
import {
  createTestExecution,
  events,
  executionIdAt,
  openTestStore,
  publish,
  subscription,
} from "../support/executions.ts";

const store = openTestStore();
afterAll(() => store[Symbol.asyncDispose]());
const url = "http://127.0.0.1:9/hook";
const endpoint = endpointId(new URL(url));
const record = (first: number, attempts = 1) => ({ first, last: first, events: 1, sealedAt: 1, attempts });

test("requests in flight are summed over processes, until a process has none or stops reporting", async () => {
  await using own = openTestStore();
  const [one, other] = [inFlightAnnouncer(own), inFlightAnnouncer(own)];
  const [busy, quiet] = [`ep_${randomUUID()}`, `ep_${randomUUID()}`];
  const now = Date.now();
  await one.announce(new Map([[busy, 3]]), now);
  await other.announce(
    new Map([
      [busy, 2],
      [quiet, 1],
    ]),
    now,
  );
  expect([await readInFlight(own, busy, now), await readInFlight(own, quiet, now)]).toEqual([5, 1]);
  expect((await listEndpoints(own, { limit: 100 })).map(({ id }) => id)).toEqual(expect.arrayContaining([busy, quiet]));
  await other.announce(new Map([[busy, 4]]), now + 10_000);
  expect([await readInFlight(own, busy, now), await readInFlight(own, quiet, now)]).toEqual([7, 0]);
  expect(await readInFlight(own, busy, now + 20_000)).toBe(4);
  await other.announce(new Map(), now + 20_000);
  expect(await readInFlight(own, busy, now)).toBe(3);
});

describe("the lists of deliveries", () => {
  test("paging returns every delivery once, even if more of them share a millisecond than fit a page", async () => {
    const id = newExecutionId();
    const partition = partitionOf(id, store.partitions);
    const expected = Array.from({ length: 700 }, (_, index) =>
      deliveryId({ executionId: id, feed: 0, first: index + 1 }),
    );
    const { dead } = store.keys.execution(id).feed(0);
    await store.redis.hset(dead, Object.fromEntries(expected.map((_, index) => [String(index + 1), "{}"])));
    await Promise.all(
      expected.map((_, index) => relist(store, { executionId: id, feed: 0, first: index + 1 }, url, "dead", 5000)),
    );
    for (const scope of [{ partition }, { endpoint }]) {
      const seen: string[] = [];
      for (let before: Listed | undefined; ;) {
        const page = await listDeliveries(store, scope, "dead", { before, limit: 100 });
        seen.push(...page.map((entry) => entry.id));
        before = page.at(-1);
        if (before === undefined) break;
      }
      expect(seen.sort()).toEqual([...expected].sort());
    }
    expect(await countDeliveries(store, "dead", endpoint)).toBe(700);
    // Without a record they are removed from both lists.
    await store.redis.del(dead);
    await addTallies(store, new Map([[endpoint, { ...emptyTally(), delivered: 1 }]]), Date.now());
    await tidyDeliveries(store, { now: Date.now(), retentionMs: 60_000 });
    expect(await countDeliveries(store, "dead")).toBe(0);
    expect(await countDeliveries(store, "dead", endpoint)).toBe(0);
  });

  test("a dead letter whose worker died before listing it is listed before its execution is no longer watched", async () => {
    const id = await createTestExecution(store, [subscription(url)]);
    const address = { executionId: id, feed: 0 };
    await publish(store, id, { events: events(id, { count: 1 }), state: "SUCCESS" });
    await sealDeliveries(store, address, { from: 0, to: 1, deliveries: [record(1)] });
    // The first write of a worker; it dies before it writes the lists.
    const settlements: Settlement[] = [{ record: record(1, 2), outcome: "dead" }];
    await advanceFeed(store, address, { settlements, maxParked: 10 });
    expect(await countDeliveries(store, "dead", endpoint)).toBe(0);
    expect(await restFeed(store, address, 10)).toBe("all_done");
    await retireExecution(store, id, { feeds: 1, retentionMs: 60_000 });
    const partition = partitionOf(id, store.partitions);
    for (const scope of [{ partition }, { endpoint }]) {
      const listed = await listDeliveries(store, scope, "dead", { limit: 10 });
      expect(listed.map((entry) => entry.id)).toEqual([deliveryId({ ...address, first: 1 })]);
    }
    await indexSettlements(store, address, endpoint, [{ record: record(1, 2), outcome: "delivered" }]);
  });

  describe("when a delivery is settled", () => {
    const where = async () => [await countDeliveries(store, "retrying"), await countDeliveries(store, "dead")];
    const settlement = (outcome: Settlement["outcome"], attempts: number): Settlement => ({
      record: { ...record(1, attempts), nextAt: 1 },
      outcome,
    });
    async function sealed(): Promise<FeedAddress & { first: number }> {
      const id = await createTestExecution(store, [subscription(url)]);
      await publish(store, id, { events: events(id, { count: 1 }) });
      await sealDeliveries(store, { executionId: id, feed: 0 }, { from: 0, to: 1, deliveries: [record(1)] });
      return { executionId: id, feed: 0, first: 1 };
    }
    const settle = (address: FeedAddress, one: Settlement) =>
      advanceFeed(store, address, { settlements: [one], maxParked: 5 });
    const list = (address: FeedAddress, one: Settlement) => indexSettlements(store, address, endpoint, [one]);

    test("it is in one list at a time, and in none after it was acknowledged", async () => {
      const address = await sealed();
      const become = async (outcome: Settlement["outcome"], attempts: number) => {
        await settle(address, settlement(outcome, attempts));
        await list(address, settlement(outcome, attempts));
        return where();
      };
      expect(await become("parked", 1)).toEqual([1, 0]);
      expect(await become("dead", 2)).toEqual([0, 1]);
      await reviveDelivery(store, address, 1, Date.now());
      await relist(store, address, url, "retrying", Date.now());
      expect(await where()).toEqual([1, 0]);
      expect(await become("delivered", 3)).toEqual([0, 0]);
    });

    test("the held head of a strict feed is listed as retrying, until it is acknowledged", async () => {
      const address = await sealed();
      for (const [attempts, outcome, listed] of [
        [1, "held", [1, 0]],
        [2, "delivered", [0, 0]],
      ] as const) {
        await settle(address, settlement(outcome, attempts));
        await list(address, settlement(outcome, attempts));
        expect(await where()).toEqual(listed);
      }
    });

    test("a late writer with an older state lists its current state", async () => {
      const acknowledged = await sealed();
      await settle(acknowledged, settlement("parked", 1));
      await settle(acknowledged, settlement("delivered", 2));
      await list(acknowledged, settlement("delivered", 2));
      await list(acknowledged, settlement("parked", 1));
      await relist(store, acknowledged, url, "retrying", Date.now());
      await relistMissing(store, acknowledged, { url, state: "retrying", at: new Map([[1, 1]]) });
      expect(await where()).toEqual([0, 0]);

      const dead = await sealed();
      await settle(dead, settlement("parked", 1));
      await settle(dead, settlement("dead", 2));
      await list(dead, settlement("dead", 2));
      await list(dead, settlement("parked", 1));
      expect(await where()).toEqual([0, 1]);
      await discardDelivery(store, dead, 1);
      await relist(store, dead, url, "dead", Date.now());
      expect(await where()).toEqual([0, 0]);
    });
  });

  test("a settlement without an effect is not listed", async () => {
    const id = await createTestExecution(store, [subscription(url)]);
    const address = { executionId: id, feed: 0 };
    const late: Settlement[] = [{ record: { ...record(1), nextAt: 1 }, outcome: "parked" }];
    const { effects } = await advanceFeed(store, address, { settlements: late, maxParked: 5 });
    await indexSettlements(store, address, endpoint, late, effects);
    expect(await countDeliveries(store, "retrying")).toBe(0);
  });

  test("tidying keeps what has a record, trims the attempt log to the retention and forgets unused endpoints", async () => {
    const id = await createTestExecution(store, [subscription(url)]);
    const address = { executionId: id, feed: 0 };
    const attempt: Attempt = {
      id: deliveryId({ ...address, first: 1 }),
      executionId: id,
      endpoint,
      feed: 0,
      attempt: 1,
      at: 1,
      durationMs: 1,
      events: 1,
      outcome: "rejected",
      settled: "dead",
      response: "private words",
    };
    const dead: Settlement[] = [{ record: record(1), outcome: "dead", attempt }];
    await sealDeliveries(store, address, { from: 0, to: 1, deliveries: [record(1, 0)] });
    await advanceFeed(store, address, { settlements: dead, maxParked: 5 });
    await indexSettlements(store, address, endpoint, dead);
    await logAttempts(store, [attempt]);
    await addTallies(store, new Map([[endpoint, { ...emptyTally(), failed: 1 }]]), Date.now());

    const retentionMs = 60_000;
    await tidyDeliveries(store, { now: Date.now(), retentionMs });
    const partition = partitionOf(id, store.partitions);
    expect(await countDeliveries(store, "dead")).toBe(1);
    expect(await readAttemptLog(store, partition, { limit: 5 })).toHaveLength(1);

    const later = Date.now() + retentionMs + 10;
    await tidyDeliveries(store, { now: later, retentionMs });
    expect(await readAttemptLog(store, partition, { limit: 5 })).toEqual([]);
    // Its dead letter still exists, and only through it are the endpoint's lists found.
    expect((await listEndpoints(store, { limit: 5 })).map((listed) => listed.id)).toEqual([endpoint]);
    await store.redis.del(store.keys.execution(id).feed(0).dead);
    await tidyDeliveries(store, { now: later, retentionMs });
    expect(await countDeliveries(store, "dead")).toBe(0);
    expect(await listEndpoints(store, { limit: 5 })).toEqual([]);
  });
});

test("an execution whose record may not be written yet remains watched", async () => {
  const young = newExecutionId();
  const old = executionIdAt(Date.now() - 120_000);
  for (const id of [young, old]) {
    const partition = partitionOf(id, store.partitions);
    await store.redis.zadd(store.keys.active(partition), 1, id);
    await forgetExecution(store, id);
    expect((await activeExecutions(store, partition, 1000)).includes(id)).toBe(id === young);
  }
});

test("an idempotency key belongs to the first execution that claimed it, and detects a different body", async () => {
  const keyHash = randomUUID();
  const claims = await Promise.all(
    Array.from({ length: 20 }, () =>
      claimIdempotencyKey(store, { keyHash, bodyHash: "one", executionId: newExecutionId() }),
    ),
  );
  expect(claims.filter(({ fresh }) => fresh)).toHaveLength(1);
  expect(new Set(claims.map(({ executionId }) => executionId)).size).toBe(1);
  const other = await claimIdempotencyKey(store, { keyHash, bodyHash: "two", executionId: newExecutionId() });
  expect(other).toEqual({ executionId: claims[0]?.executionId, fresh: false, sameBody: false });
});

test("workers and processes are listed while they announce themselves", async () => {
  const worker = { worker: "w1", host: "h", pid: 1, startedAt: 1, automations: [] };
  const automation = { name: "a", kind: "crew" as const, description: "old", inputs: [], required: [], version: "1" };
  await announceWorker(store, { ...worker, automations: [automation] }, 60_000);
  const newer = { ...automation, description: "new", version: "2" };
  await announceWorker(store, { ...worker, worker: "w2", startedAt: 2, automations: [newer] }, 60_000);
  expect(await servedAutomations(store, Date.now())).toEqual([{ ...newer, runtime: "typescript", workers: 2 }]);
  // One that stopped is removed after its time to live, by the next announcement.
  expect(await servedAutomations(store, Date.now() + 61_000)).toEqual([]);
  await announceWorker(store, { ...worker, worker: "w3", automations: [automation] }, -1000);
  await withdrawWorker(store, "w2");
  expect(await store.redis.hkeys(store.keys.automations)).toEqual(["w1"]);

  const { announce, withdraw } = processAnnouncer(store, "delivery");
  await announce();
  expect(await liveProcesses(store, Date.now())).toMatchObject([{ kind: "delivery", pid: process.pid }]);
  expect(await liveProcesses(store, Date.now() + 16_000)).toEqual([]);
  await withdraw();
  expect(await liveProcesses(store, Date.now())).toEqual([]);
});

test("a turn and an alert are taken by one process", async () => {
  const turns = await Promise.all(Array.from({ length: 10 }, () => takeTurn(store, "test", 60_000)));
  expect(turns.filter(Boolean)).toHaveLength(1);
  const alerts = await Promise.all(Array.from({ length: 10 }, () => claimAlert(store, "delivery.dead", endpoint)));
  expect(alerts.filter(Boolean)).toHaveLength(1);
  expect(await claimAlert(store, "endpoint.disabled", endpoint)).toBe(true);
});
