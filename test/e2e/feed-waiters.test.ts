import type { ExecutionId } from "@crewstream/contracts";
import { Queues } from "@crewstream/queue";
import { Redis } from "ioredis";
import { expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { createTestExecution, events, openTestStore, publish, subscription } from "../support/executions.ts";
import { startService } from "../support/service-process.ts";
import { testEnvironment } from "../support/services.ts";
import { WebhookSink } from "../support/webhook-sink.ts";

/** A delivery worker that has sent the first event of a run in real time, and waits for the next. */
async function waitingWorker(): Promise<
  AsyncDisposable & {
    sink: WebhookSink;
    id: ExecutionId;
    env: Record<string, string>;
    /** Publishes one more event; returns which feeds were asleep. Nothing wakes them. */
    publishOne(): Promise<number[]>;
    wakeField(): Promise<(string | null)[]>;
    stop(): Promise<void>;
  }
> {
  await using stack = new AsyncDisposableStack();
  const sink = stack.use(await WebhookSink.start());
  const env = testEnvironment();
  const store = stack.use(openTestStore(env));
  const queues = stack.use(new Queues(store));
  const worker = stack.use(await startService("delivery-worker", env));
  const id = await createTestExecution(store, [subscription(sink.url("/hook"), { mode: "realtime" })]);
  const { feed } = store.keys.execution(id).feed(0);
  const wakeField = () => store.redis.hmget(feed, "woken", "linger");
  let seq = 0;
  const publishOne = () => publish(store, id, { events: events(id, { from: (seq += 1), count: 1 }) });
  expect(await publishOne()).toEqual([0]);
  await queues.wakeFeed({ executionId: id, feed: 0 }, { delayMs: 0 });
  await sink.received(1, "/hook");
  await eventually(async () => expect((await wakeField())[1]).toMatch(/:linger:/));
  const owned = stack.move();
  return {
    sink,
    id,
    env,
    publishOne,
    wakeField,
    stop: async () => void (await worker.kill("SIGTERM")),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

test("an event published while a worker waits at its feed arrives without a job, and a later one finds the feed asleep", async () => {
  await using run = await waitingWorker();
  expect(await run.publishOne()).toEqual([]);
  await run.sink.received(2, "/hook");
  await eventually(async () => expect(await run.wakeField()).toEqual(["0", null]));
  expect(await run.publishOne()).toEqual([0]);
});

test("an event whose notification is lost with its connection is found when the worker stops waiting", async () => {
  await using run = await waitingWorker();
  await using redis = Object.assign(new Redis(run.env["REDIS_URL"] ?? ""), {
    [Symbol.asyncDispose]: async () => redis.disconnect(),
  });
  await redis.call("CLIENT", "KILL", "TYPE", "pubsub");
  expect(await run.publishOne()).toEqual([]);
  await run.sink.received(2, "/hook");
  await eventually(async () => expect(await run.wakeField()).toEqual(["0", null]));
});

test("a worker that is stopping does not wait at a feed", async () => {
  await using run = await waitingWorker();
  await run.stop();
  expect(await run.wakeField()).toEqual(["0", null]);
});
