import { deliveryId, endpointId, type ExecutionId } from "@crewstream/contracts";
import { Queues } from "@crewstream/queue";
import {
  addExpediteRequest,
  advanceFeed,
  countDeliveries,
  indexSettlements,
  openStore,
  readExpediteRequests,
  readFeed,
  sealDeliveries,
  takeTurn,
  unlist,
  partitionOf,
  type Settlement,
  type Store,
  type StoreConfig,
} from "@crewstream/redis";
import { afterAll, beforeAll, expect, test } from "vitest";
import { reconcile, type ReconcileContext } from "@crewstream/delivery-worker";
import { createTestExecution, events, publish, silentLog, subscription } from "../support/executions.ts";
import { FaultyRedis } from "../support/redis.ts";

const url = "http://127.0.0.1:9/hook";
const endpoint = endpointId(new URL(url));
const inAnHour = Date.now() + 3_600_000;

const stack = new AsyncDisposableStack();
let store: Store;
let context: ReconcileContext;
let queues: Queues;

beforeAll(async () => {
  // Its own Redis: the cost of a pass is read from the server's counters.
  const redis = stack.use(await FaultyRedis.start());
  const config = { REDIS_URL: redis.url, KEY_PREFIX: "reconcile", QUEUE_PARTITIONS: 4 } as StoreConfig;
  store = stack.use(openStore(config, { retry: "forever", log: silentLog, name: "test" }));
  queues = stack.use(new Queues(store));
  // Irrelevant here, and it would count.
  await takeTurn(store, "tidy-deliveries", 600_000);
  context = { store, queues, log: silentLog, limits: { retentionMs: 60_000 } as ReconcileContext["limits"] };
});
afterAll(() => stack.disposeAsync());

/** A run in progress, whose feed has parked its first `count` events, each with a retry in an hour. */
async function parkedRun(count: number, to = url): Promise<ExecutionId> {
  const id = await createTestExecution(store, [subscription(to, { mode: "realtime" })]);
  await publish(store, id, { events: events(id, { count }) });
  const address = { executionId: id, feed: 0 };
  const records = Array.from({ length: count }, (_, index) => {
    const first = index + 1;
    return { first, last: first, events: 1, sealedAt: 1, attempts: 1, nextAt: inAnHour };
  });
  for (let start = 0; start < count; start += 1000) {
    const sealed = records.slice(start, start + 1000);
    await sealDeliveries(store, address, { from: start, to: start + sealed.length, deliveries: sealed });
    const part = sealed.map((record): Settlement => ({ record, outcome: "parked" }));
    const { effects } = await advanceFeed(store, address, { settlements: part, maxParked: count + 1 });
    await indexSettlements(store, address, endpointId(new URL(to)), part, effects);
  }
  await Promise.all(records.map(({ first }) => queues.scheduleRetry({ ...address, first }, { delayMs: 3_600_000 })));
  return id;
}

/** A pass, and its number of commands, including those inside scripts. */
async function pass(): Promise<number> {
  await store.redis.del(store.keys.turn("reconcile"));
  const before = await commands();
  await reconcile(context, 1000, new AbortController().signal);
  return (await commands()) - before;
}

async function commands(): Promise<number> {
  const stats = await store.redis.info("commandstats");
  return [...stats.matchAll(/:calls=(\d+)/g)].reduce((sum, [, calls]) => sum + Number(calls), 0);
}

async function delayedRetries(): Promise<number> {
  const depths = await queues.depths();
  return depths.filter(({ queue }) => queue.startsWith("retries-")).reduce((sum, { delayed }) => sum + delayed, 0);
}

test("a pass over thousands of intact parked deliveries costs a few commands per hundred, and repairs broken ones", async () => {
  const count = 2000;
  const id = await parkedRun(count);
  expect(await delayedRetries()).toBe(count);
  expect(await pass()).toBeLessThan(count / 20);
  expect(await delayedRetries()).toBe(count);

  const partition = partitionOf(id, store.partitions);
  const queue = queues.all().find(({ name }) => name === `retries-${partition}`);
  const [job] = (await queue?.getDelayed(0, 0)) ?? [];
  await job?.remove();
  // A job that vanished and left its deduplication key behind, as after an operator's DEL.
  const [other] = (await queue?.getDelayed(5, 5)) ?? [];
  await store.redis.zrem(queue?.toKey("delayed") ?? "", other?.id ?? "");
  await store.redis.del(queue?.toKey(other?.id ?? "") ?? "");
  await unlist(store, partition, endpoint, deliveryId({ executionId: id, feed: 0, first: 77 }));
  expect(await delayedRetries()).toBe(count - 2);
  expect(await countDeliveries(store, "retrying")).toBe(count - 1);

  await pass();
  expect(await delayedRetries()).toBe(count);
  expect(await countDeliveries(store, "retrying")).toBe(count);
  expect(await countDeliveries(store, "retrying", endpoint)).toBe(count);
});

test("a pass checks a bounded number of deliveries, and several passes cover all", async () => {
  // A feed's share of a pass is 5,000 at four partitions: more than that is parked here, and all jobs are lost.
  const count = 7000;
  await parkedRun(count);
  const whole = await delayedRetries();
  for (const queue of queues.all().filter(({ name }) => name.startsWith("retries-"))) {
    await queue.obliterate({ force: true });
  }
  await pass();
  const after = await delayedRetries();
  expect(after).toBeGreaterThan(0);
  expect(after).toBeLessThan(whole);
  for (let passes = 0; (await delayedRetries()) < whole; passes += 1) {
    expect(passes).toBeLessThan(50);
    await pass();
  }
});

test("deliveries are expedited even if the process that was to do it died, or Redis was down", async () => {
  const recovered = "http://127.0.0.1:10/hook";
  const id = await parkedRun(1, recovered);
  const request = await addExpediteRequest(store, endpointId(new URL(recovered)));
  await store.redis.del(store.keys.turn("reconcile"));
  const unreachable = Object.create(queues, {
    scheduleRetry: { value: () => Promise.reject(new Error("Redis is not reachable")) },
  }) as Queues;
  const failing = reconcile({ ...context, queues: unreachable }, 1000, new AbortController().signal);
  await expect(failing).rejects.toThrow("Redis is not reachable");
  expect(await readExpediteRequests(store)).toEqual([request]);

  await pass();
  const [delivery] = (await readFeed(store, { executionId: id, feed: 0 }))?.open ?? [];
  expect(delivery).toMatchObject({ state: "parked", expeditedFrom: inAnHour });
  const queue = queues.all().find(({ name }) => name === `retries-${partitionOf(id, store.partitions)}`);
  expect(await queue?.getWaiting()).toMatchObject([{ data: { executionId: id, feed: 0, first: 1 } }]);
  expect(await readExpediteRequests(store)).toEqual([]);
});
