import { executionIdSchema } from "@crewstream/contracts";
import { readAttempts, readDeadLetters, readFeed, type Store } from "@crewstream/redis";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { openTestStore } from "../support/executions.ts";
import { startSystem, type System } from "../support/services.ts";
import { WebhookSink } from "../support/webhook-sink.ts";

let system: System;
let store: Store;
beforeAll(async () => {
  system = await startSystem({
    env: {
      AUTOMATIONS_DIR: "test/fixtures/load",
      WEBHOOK_BATCH_MAX_EVENTS: "5",
      WEBHOOK_TIMEOUT_MS: "600",
      LOG_LEVEL: "info",
    },
  });
  store = openTestStore(system.env);
});
afterAll(async () => {
  await store?.[Symbol.asyncDispose]();
  await system?.[Symbol.asyncDispose]();
});

/** Kicks off a run of `count` events that are delivered in batches of five, or one by one. */
async function burst(
  sink: WebhookSink,
  count: number,
  settings: Record<string, unknown> = {},
  inputs: object = {},
): Promise<string> {
  return system.client.kickoff("burst", {
    inputs: { count, ...inputs },
    webhooks: { url: sink.url("/hook"), events: ["burst_item"], ...settings },
  });
}
const addressOf = (executionId: string) => ({ executionId: executionIdSchema.parse(executionId), feed: 0 });
const attemptsOf = async (executionId: string) =>
  (await readAttempts(store, executionIdSchema.parse(executionId), { limit: 100 }))
    .map(({ attempt }) => attempt)
    .reverse();
const numbers = (sink: WebhookSink): unknown[] => sink.events("/hook").map(({ data }) => data["n"]);
const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

/** Waits until nothing of the execution is open, and returns its dead letters. */
async function settled(executionId: string) {
  await system.client.ended(executionId);
  await eventually(async () => {
    expect(await readFeed(store, addressOf(executionId))).toMatchObject({ state: "done", open: [] });
  });
  return readDeadLetters(store, addressOf(executionId));
}

test("a missing response is a failure, and the delivery is retried unchanged; an endless response acknowledges", async () => {
  await using sink = await WebhookSink.start();
  sink.script("/hook", ["hang", "reset", "drip"]);
  const id = await burst(sink, 5);
  expect(await settled(id)).toEqual([]);
  const requests = sink.requests("/hook");
  expect(requests).toHaveLength(3);
  expect(new Set(requests.map(({ rawBody }) => rawBody)).size).toBe(1);
  expect(new Set(requests.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
  expect(requests.map(({ headers }) => headers["webhook-attempt"])).toEqual(["1", "2", "3"]);
  expect(requests.every(({ headers }) => /^\d+-\d+$/.test(headers["crewstream-sequence"] ?? ""))).toBe(true);
  expect((await attemptsOf(id)).map(({ outcome, settled: fate }) => [outcome, fate])).toEqual([
    ["timeout", "parked"],
    ["unreachable", "parked"],
    ["delivered", "delivered"],
  ]);
});

test("a redirect is a failure, and its target receives nothing", async () => {
  await using sink = await WebhookSink.start();
  await using elsewhere = await WebhookSink.start();
  sink.script("/hook", [{ redirect: elsewhere.url("/hook") }, { redirect: sink.url("/other") }]);
  const id = await burst(sink, 3);
  expect(await settled(id)).toEqual([]);
  expect(numbers(sink)).toEqual(upTo(3));
  expect(elsewhere.requests()).toEqual([]);
  expect(sink.requests("/other")).toEqual([]);
});

test("410 ends the subscription: open deliveries become dead letters, later events are not sent", async () => {
  await using sink = await WebhookSink.start();
  sink.script("/hook", [200, 410]);
  const id = await burst(sink, 30, {}, { group: 5, pause_ms: 300 });
  const letters = await settled(id);
  expect(sink.requests("/hook").map(({ status }) => status)).toEqual([200, 410]);
  expect(letters).toHaveLength(1);
  expect(letters[0]).toMatchObject({ outcome: "gone", status: 410, attempts: 1 });
});

test("webhook-delivery: disable also ends it with a 200, abort-message dead-letters one delivery immediately", async () => {
  await using sink = await WebhookSink.start();
  sink.script("/hook", [{ status: 200, headers: { "webhook-delivery": "disable" } }]);
  const disabled = await settled(await burst(sink, 20, {}, { group: 5, pause_ms: 300 }));
  expect(sink.requests("/hook")).toHaveLength(1);
  expect(disabled).toMatchObject([{ outcome: "gone", status: 200 }]);

  await using picky = await WebhookSink.start();
  picky.script("/hook", [{ status: 422, headers: { "webhook-delivery": "abort-message" } }]);
  const aborted = await settled(await burst(picky, 10));
  expect(aborted).toMatchObject([{ outcome: "aborted", status: 422, attempts: 1, events: 5 }]);
  expect(numbers(picky)).toEqual([5, 6, 7, 8, 9]);
});

test.each([429, 503])("%i with Retry-After pauses the endpoint for that long, and nothing is lost", async (status) => {
  await using sink = await WebhookSink.start();
  const arrivals: number[] = [];
  sink.script("/hook", ({ nth }) => {
    arrivals.push(Date.now());
    return nth === 0 ? { status, headers: { "retry-after": "2" } } : 200;
  });
  const id = await burst(sink, 20);
  expect(await settled(id)).toEqual([]);
  expect(numbers(sink).sort((a, b) => Number(a) - Number(b))).toEqual(upTo(20));
  // A lower bound cannot fail on a slow machine: an early request is an error.
  const [first = 0, ...later] = arrivals;
  expect(Math.min(...later) - first).toBeGreaterThanOrEqual(2000 - 50);
});

test("16 KiB of an endless response are read, and 2 KiB are stored with the attempt", async () => {
  await using sink = await WebhookSink.start();
  sink.script("/hook", [
    { status: 500, body: "z".repeat(5_000_000) },
    { status: 200, body: "é".repeat(3000) },
  ]);
  const id = await burst(sink, 5);
  expect(await settled(id)).toEqual([]);
  const [first, second] = await attemptsOf(id);
  expect(first?.response).toBe("z".repeat(2048));
  expect(second?.response).toBe("é".repeat(1024));
});

test("a subscription's own schedule applies: after its last attempt the delivery is a dead letter", async () => {
  await using sink = await WebhookSink.start();
  sink.script("/hook", ({ events }) => (events[0]?.data["n"] === 0 ? 500 : 200));
  const id = await burst(sink, 10, { retry: { schedule: ["10ms", "20ms"] } });
  expect(await settled(id)).toMatchObject([{ attempts: 3, outcome: "rejected", status: 500, events: 5 }]);
  expect((await attemptsOf(id)).filter(({ status }) => status === 500).map(({ settled: fate }) => fate)).toEqual([
    "parked",
    "parked",
    "dead",
  ]);
  // The delivery behind it was not delayed.
  expect(numbers(sink)).toEqual([5, 6, 7, 8, 9]);
});

test.each([{ realtime: true }, { realtime: false }])(
  "strict order holds through failures: %j",
  async ({ realtime }) => {
    await using sink = await WebhookSink.start();
    sink.script("/hook", ({ nth }) =>
      nth % 3 === 2 ? 200 : (([500, "reset", { status: 429 }] as const)[nth % 2] ?? 500),
    );
    const count = realtime ? 6 : 30;
    const id = await burst(sink, count, { ordering: "strict", realtime });
    expect(await settled(id)).toEqual([]);
    expect(numbers(sink)).toEqual(upTo(count));
    // Nothing overtakes: the failed delivery is retried next, until it is accepted.
    const tried = sink.requests("/hook").map(({ headers }) => headers["webhook-id"]);
    expect([...new Set(tried)].flatMap((one) => tried.filter((each) => each === one))).toEqual(tried);
  },
);

test("a strict delivery that is given up is skipped in order", async () => {
  await using sink = await WebhookSink.start();
  sink.script("/hook", ({ events }) => (events[0]?.data["n"] === 5 ? 500 : 200));
  const id = await burst(sink, 15, { ordering: "strict", retry: { schedule: ["20ms"] } });
  expect(await settled(id)).toMatchObject([{ attempts: 2, events: 5 }]);
  expect(numbers(sink)).toEqual([0, 1, 2, 3, 4, 10, 11, 12, 13, 14]);
});
