import { readFileSync } from "node:fs";
import type { ExecutionId } from "@crewstream/contracts";
import { Queues } from "@crewstream/queue";
import { readFeed, tidyExecutions, type Store } from "@crewstream/redis";
import { expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import {
  createTestExecution,
  events,
  executionIdAt,
  openTestStore,
  publish,
  subscription,
} from "../support/executions.ts";
import { dumpKeys, FaultyRedis } from "../support/redis.ts";
import type { ScriptProcess } from "../support/script-process.ts";
import { startService } from "../support/service-process.ts";
import { startSystem, testEnvironment } from "../support/services.ts";
import { WebhookSink } from "../support/webhook-sink.ts";

interface Engine extends AsyncDisposable {
  store: Store;
  queues: Queues;
  worker: ScriptProcess;
  env: Record<string, string>;
}

/** A delivery worker, and a store on which a test simulates the runs. */
async function startEngine(overrides: Record<string, string>): Promise<Engine> {
  const env = testEnvironment({ LOG_LEVEL: "warn", ...overrides });
  await using stack = new AsyncDisposableStack();
  const store = stack.use(openTestStore(env));
  const queues = stack.use(new Queues(store));
  const worker = stack.use(await startService("delivery-worker", { ...env, LOG_LEVEL: "info" }));
  const owned = stack.move();
  return { store, queues, worker, env, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** A run with `count` events that has ended, on its way to one feed. */
async function deliver({ store, queues }: Engine, url: string, count: number, id?: ExecutionId): Promise<ExecutionId> {
  const executionId = await createTestExecution(
    store,
    [subscription(url, { retrySchedule: [50] })],
    id === undefined ? {} : { id },
  );
  await publish(store, executionId, { events: events(executionId, { count }), state: "SUCCESS" });
  await queues.wakeFeed({ executionId, feed: 0 }, { delayMs: 0 });
  return executionId;
}

test("an endpoint that hangs forever, with many runs, does not stop other deliveries", async () => {
  await using engine = await startEngine({ WEBHOOK_TIMEOUT_MS: "120000", SHUTDOWN_TIMEOUT_MS: "100" });
  await using hanging = await WebhookSink.start();
  await using healthy = await WebhookSink.start();
  hanging.script("", "hang");
  // More than there are worker slots.
  await Promise.all(Array.from({ length: 250 }, () => deliver(engine, hanging.url("/hang"), 3)));
  await hanging.received(32, "/hang");
  await Promise.all(Array.from({ length: 100 }, () => deliver(engine, healthy.url("/fine"), 3)));
  await healthy.until(() => healthy.events("/fine").length === 300);
  // All the while it had its maximum of requests, and no more.
  expect(hanging.requests("/hang")).toHaveLength(32);
});

test.each([
  { mode: "batched", ordering: "relaxed", events: ["*"] },
  { mode: "realtime", ordering: "relaxed", events: ["*"] },
  { mode: "batched", ordering: "strict", events: ["rare"] },
] as const)("memory stays bounded with 100,000 events for an endpoint that never answers: %j", async (settings) => {
  await using engine = await startEngine({
    WEBHOOK_TIMEOUT_MS: "400",
    WEBHOOK_RETRY_SCHEDULE: "200ms,200ms,400ms,400ms,10m",
    WEBHOOK_MAX_PARKED: "64",
    WEBHOOK_BATCH_MAX_WAIT_MS: "60000",
  });
  const { store, queues, worker } = engine;
  await using sink = await WebhookSink.start();
  sink.script("", "hang");
  const id = await createTestExecution(store, [
    subscription(sink.url("/hang"), { ...settings, events: [...settings.events] }),
  ]);
  const feed = { executionId: id, feed: 0 };
  const count = 100_000;
  for (let from = 1; from <= count; from += 1000) {
    const page = [
      ...events(id, { from, count: 999, text: "x".repeat(300) }),
      ...events(id, { from: from + 999, count: 1, type: "rare" }),
    ];
    await publish(store, id, { events: page, state: "RUNNING" });
    await queues.wakeFeed(feed, { delayMs: 0 });
  }
  await publish(store, id, { state: "SUCCESS" });
  // As at the end of a run.
  await queues.wakeFeed(feed, { delayMs: 0, flush: true });
  await sink.received(3, "/hang");

  const status = readFileSync(`/proc/${worker.pid}/status`, "utf8");
  const peakMiB = Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
  expect(peakMiB).toBeGreaterThan(20);
  expect(peakMiB).toBeLessThan(250);
  // Redis stores the events once: in addition to the stream there are a few addresses.
  const keys = store.keys.execution(id);
  const bytes = async (key: string): Promise<number> => Number(await store.redis.memory("USAGE", key));
  const state = await readFeed(store, feed);
  expect(state?.open.length).toBeGreaterThan(0);
  expect(state?.open.length).toBeLessThanOrEqual(64 + 16);
  expect(await bytes(keys.feed(0).open)).toBeLessThan((await bytes(keys.events)) / 100);
  // Read again for each attempt, in pages, however wide its range: the same bytes.
  const bodies = new Map<string, string>();
  for (const { headers, rawBody } of sink.requests("/hang")) {
    const key = headers["webhook-id"] ?? "";
    expect(bodies.get(key) ?? rawBody).toBe(rawBody);
    bodies.set(key, rawBody);
  }
  await worker.kill("SIGKILL");
});

test("events behind one that hangs use the slots that others release, and do not wait for its end", async () => {
  await using engine = await startEngine({
    WEBHOOK_ENDPOINT_CONCURRENCY: "2",
    WEBHOOK_TIMEOUT_MS: "120000",
    SHUTDOWN_TIMEOUT_MS: "100",
  });
  await using sink = await WebhookSink.start();
  const leave = Promise.withResolvers<void>();
  sink.script("/other", { status: 200, after: leave.promise });
  sink.script("/hang", ({ nth }) => (nth === 0 ? "hang" : 200));
  const { store, queues } = engine;
  for (const [path, count] of [
    ["/other", 1],
    ["/hang", 3],
  ] as const) {
    const executionId = await createTestExecution(store, [subscription(sink.url(path), { mode: "realtime" })]);
    await publish(store, executionId, { events: events(executionId, { count }) });
    await queues.wakeFeed({ executionId, feed: 0 }, { delayMs: 0 });
    await sink.received(1, path);
  }
  leave.resolve();
  await sink.received(3, "/hang");
});

test("a feed that waits for its endpoint has read no more large events than it sends next", async () => {
  await using redis = await FaultyRedis.start();
  await using engine = await startEngine({
    REDIS_URL: redis.url,
    WEBHOOK_REALTIME_WINDOW: "64",
    WEBHOOK_ENDPOINT_CONCURRENCY: "1",
    WEBHOOK_TIMEOUT_MS: "120000",
    SHUTDOWN_TIMEOUT_MS: "100",
  });
  await using sink = await WebhookSink.start();
  sink.script("", "hang");
  const { store, queues } = engine;
  const id = await createTestExecution(store, [subscription(sink.url("/hang"), { mode: "realtime" })]);
  for (let from = 1; from <= 60; from += 1) {
    await publish(store, id, { events: events(id, { from, count: 1, text: "x".repeat(1024 * 1024) }) });
  }
  const sent = async (): Promise<number> =>
    Number(/^total_net_output_bytes:(\d+)/m.exec(await store.redis.info("stats"))?.[1]);
  await queues.wakeFeed({ executionId: id, feed: 0 }, { delayMs: 0 });
  await sink.received(1, "/hang");
  const mebi = (await sent()) / 1024 / 1024;
  expect(mebi).toBeGreaterThan(1);
  expect(mebi).toBeLessThan(10);
});

/** For a thousand runs on two cores that have many other things to do. */
const slowMachineMs = 120_000;

test(
  "a thousand runs leave nothing in Redis after their retention",
  async () => {
    await using engine = await startEngine({ RETENTION_DAYS: String(1500 / 86_400_000), RECONCILE_MS: "300" });
    await using sink = await WebhookSink.start();
    sink.script("/dead", 422);
    const { store, env } = engine;
    // As if they had started two minutes ago: the lists wait that long for a record that may not be written yet.
    const begun = Date.now() - 120_000;
    const ids: ExecutionId[] = [];
    for (let page = 0; page < 20; page += 1) {
      const started = Array.from({ length: 50 }, (_, index) =>
        deliver(engine, sink.url(index % 10 === 0 ? "/dead" : "/fine"), 3, executionIdAt(begun + page)),
      );
      ids.push(...(await Promise.all(started)));
    }
    const all = () => sink.events("/fine").length === 900 * 3 && sink.requests("/dead").length === 100 * 2;
    await sink.until(all, slowMachineMs);
    await eventually(async () => {
      // The API's part.
      await tidyExecutions(store, Date.now());
      const dump = await dumpKeys(env["REDIS_URL"] ?? "", `*${env["KEY_PREFIX"]}*`);
      // BullMQ's own event streams are capped at about a hundred entries.
      const left = [...dump].filter(([key]) => !key.endsWith(":events")).map(([key, value]) => `${key} ${value}`);
      const named = (text: string): boolean =>
        ids.some((id) => text.includes(id) || text.includes(id.replaceAll("-", "")));
      expect(left.filter(named).map((text) => text.slice(0, 200))).toEqual([]);
      expect(left.length).toBeLessThan(100);
    }, slowMachineMs);
  },
  3 * slowMachineMs,
);

test("an event of 1 MB arrives completely, a larger one is marked as truncated, a batch keeps its size limit", async () => {
  const limit = 65_536;
  await using system = await startSystem({
    env: { AUTOMATIONS_DIR: "test/fixtures/load", WEBHOOK_BATCH_MAX_BYTES: String(limit), LOG_LEVEL: "info" },
  });
  await using sink = await WebhookSink.start();
  const run = async (path: string, inputs: Record<string, number>) => {
    await system.client.kickoff("burst", { inputs, webhooks: { url: sink.url(path), events: ["burst_item"] } });
    const count = inputs["count"] ?? 0;
    await sink.until(() => sink.events(path).length === count);
    return sink.requests(path);
  };
  const mebi = 1024 * 1024;
  const [whole] = await run("/whole", { count: 1, bytes: mebi - 2000 });
  expect(whole?.events[0]?.data["filler"]).toBe("x".repeat(mebi - 2000));

  const [cut] = await run("/cut", { count: 1, bytes: 3 * mebi });
  const filler = String(cut?.events[0]?.data["filler"]);
  expect(filler).toMatch(/^x+… \[cut: 3145728 characters\]$/);
  expect(filler.length).toBeGreaterThan(mebi / 4);
  expect(Buffer.byteLength(cut?.rawBody ?? "")).toBeLessThan(mebi + 2000);

  const batches = await run("/batches", { count: 40, bytes: 20_000 });
  for (const { rawBody } of batches) expect(Buffer.byteLength(rawBody)).toBeLessThanOrEqual(limit);
  expect(Math.max(...batches.map((batch) => batch.events.length))).toBe(3);
  // Too large for any batch: each alone.
  const large = await run("/large", { count: 3, bytes: 100_000 });
  expect(large.map((batch) => batch.events.length)).toEqual([1, 1, 1]);
});
