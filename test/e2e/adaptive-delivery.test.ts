import type { ExecutionId, StoredEvent, Subscription } from "@crewstream/contracts";
import { Queues } from "@crewstream/queue";
import { readFeed } from "@crewstream/redis";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { createTestExecution, events, openTestStore, publish, subscription } from "../support/executions.ts";
import { startService } from "../support/service-process.ts";
import { testEnvironment } from "../support/services.ts";
import type { SinkEvent } from "../support/sink-reply.ts";
import { WebhookSink } from "../support/webhook-sink.ts";

const env = testEnvironment();
const store = openTestStore(env);
const queues = new Queues(store);
let sink: WebhookSink;
let worker: Awaited<ReturnType<typeof startService>>;
beforeAll(async () => {
  sink = await WebhookSink.start();
  worker = await startService("delivery-worker", env);
});
afterAll(async () => {
  await worker?.[Symbol.asyncDispose]();
  await queues[Symbol.asyncDispose]();
  await store[Symbol.asyncDispose]();
  await sink?.[Symbol.asyncDispose]();
});

/** Publishes a run's events at once and waits until its feed is done. */
async function deliver(
  path: string,
  settings: Partial<Subscription>,
  make: (id: ExecutionId) => StoredEvent[],
): Promise<StoredEvent[]> {
  const id = await createTestExecution(store, [subscription(sink.url(path), { mode: "realtime", ...settings })]);
  const published = make(id);
  await publish(store, id, { events: published, state: "SUCCESS" });
  await queues.wakeFeed({ executionId: id, feed: 0 }, { delayMs: 0 });
  await eventually(async () => {
    expect(await readFeed(store, { executionId: id, feed: 0 })).toMatchObject({ state: "done", open: [] });
  });
  return published;
}

/** Chunks of two interleaved responses, and other events between them. */
function answers(id: ExecutionId): StoredEvent[] {
  return Array.from({ length: 300 }, (_, index): StoredEvent => {
    const seq = index + 1;
    if (seq % 50 === 0) return events(id, { from: seq, count: 1 })[0]!;
    const call_id = seq % 100 < 50 ? "one" : "two";
    const data = { call_id, chunk: `piece ${seq} \u{1F600}\n`, chunk_index: seq, emission_sequence: seq };
    const envelope = {
      id: `event-${seq}`,
      execution_id: id,
      timestamp: new Date().toISOString(),
      type: "llm_stream_chunk",
      data,
    };
    return { seq, id: envelope.id, type: envelope.type, json: JSON.stringify(envelope) };
  });
}
const textOf = (list: readonly SinkEvent[], call: string): string =>
  list
    .filter(({ data }) => data["call_id"] === call)
    .map(({ data }) => String(data["chunk"]))
    .join("");
/** The events of a path by sequence, each delivery once. */
function received(path: string): SinkEvent[] {
  const deliveries = new Map(sink.requests(path).map(({ headers, events: list }) => [headers["webhook-id"], list]));
  const sequence = ({ data }: SinkEvent) => Number(data["emission_sequence"]);
  return [...deliveries.values()].flat().sort((a, b) => sequence(a) - sequence(b));
}

test("a slow endpoint gets events together if they would be too old one by one, and all of them once", async () => {
  let requests = 0;
  // Slow, with occasional failures: retries have the same content.
  sink.script("/slow", () => {
    requests += 1;
    return { status: requests % 7 === 0 ? 500 : 200, after: new Promise((resolve) => setTimeout(resolve, 60)) };
  });
  const published = await deliver("/slow", { maxDelayMs: 100 }, (id) => events(id, { count: 500 }));
  expect(received("/slow").map(({ id }) => id)).toEqual(published.map(({ id }) => id));
  const sizes = sink.requests("/slow").map(({ events: list }) => list.length);
  expect(Math.max(...sizes)).toBeGreaterThan(1);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(100);
});

test("an endpoint that keeps up gets them one by one", async () => {
  sink.script("/fast", 200);
  await deliver("/fast", { maxDelayMs: 60_000 }, (id) => events(id, { count: 60 }));
  expect(sink.requests("/fast").map(({ events: list }) => list.length)).toEqual(Array(60).fill(1));
});

test.each([
  ["in real time", { coalesce: true }],
  ["in batches", { coalesce: true, mode: "batched" }],
  ["in adaptive real time, strictly ordered", { coalesce: true, maxDelayMs: 50, ordering: "strict" }],
] as const)("joined pieces lose no character and no event: %s", async (name, settings) => {
  const path = `/joined/${name.length}`;
  let requests = 0;
  sink.script(path, () => ((requests += 1) % 3 === 0 ? 503 : 200));
  const published = await deliver(path, settings, answers);
  const originals = published.map(({ json }) => JSON.parse(json) as SinkEvent);
  const list = received(path);
  for (const call of ["one", "two"]) expect(textOf(list, call)).toBe(textOf(originals, call));
  // Each event is in one delivery, by itself or within a merged one.
  const covered = list.flatMap(({ data }) => {
    const first = Number(data["emission_sequence"]);
    const joined = data["coalesced"] as { events: number; last_emission_sequence: number } | undefined;
    const last = joined?.last_emission_sequence ?? first;
    expect(last - first + 1).toBe(joined?.events ?? 1);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
  expect(covered).toEqual(published.map(({ seq }) => seq));
  expect(list.length).toBeLessThan(published.length / 2);
});
