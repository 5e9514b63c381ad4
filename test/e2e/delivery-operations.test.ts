import { endpointId } from "@crewstream/contracts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { openTestStore } from "../support/executions.ts";
import type { ScriptProcess } from "../support/script-process.ts";
import { serviceReady } from "../support/service-process.ts";
import { startSystem, type System } from "../support/services.ts";
import { WebhookSink } from "../support/webhook-sink.ts";

let system: System;
let operator: WebhookSink;
beforeAll(async () => {
  operator = await WebhookSink.start();
  system = await startSystem({
    env: {
      AUTOMATIONS_DIR: "test/fixtures/load",
      WEBHOOK_BATCH_MAX_EVENTS: "5",
      RECONCILE_MS: "500",
      HEALTH_PORT: "0",
      OPERATIONS_WEBHOOK_URL: operator.url("/alerts"),
      LOG_LEVEL: "info",
    },
  });
});
afterAll(async () => {
  await system?.[Symbol.asyncDispose]();
  await operator?.[Symbol.asyncDispose]();
});

const soon = { schedule: ["10ms"] };
const numbers = (sink: WebhookSink, path = "/hook"): number[] =>
  sink
    .events(path)
    .map(({ data }) => Number(data["n"]))
    .sort((a, b) => a - b);
const upTo = (count: number, from = 0): number[] => Array.from({ length: count }, (_, n) => from + n);
async function burst(sink: WebhookSink, count: number, settings: Record<string, unknown> = {}): Promise<string> {
  const webhooks = { url: sink.url("/hook"), events: ["burst_item"], ...settings };
  return system.client.kickoff("burst", { inputs: { count, group: 50 }, webhooks });
}

interface Listed {
  id: string;
  attempts: number;
}

/** An execution's dead letters, once there are so many. */
function deadLetters(executionId: string, count: number): Promise<Listed[]> {
  return eventually(async () => {
    const path = `/api/v1/deliveries?state=dead&execution_id=${executionId}&limit=100`;
    const { body } = await system.client.get<{ items: Listed[] }>(path);
    expect(body.items).toHaveLength(Math.min(count, 100));
    return body.items;
  });
}

async function replaceDeliveryWorker(): Promise<void> {
  await system.deliveryWorkers.pop()?.kill("SIGKILL");
  system.deliveryWorkers.push(await system.add("delivery-worker"));
}

test("a dead letter is retried unchanged, after its execution was done and its worker gone; another is discarded", async () => {
  await using sink = await WebhookSink.start();
  sink.script("/hook", 422);
  const id = await burst(sink, 10, { retry: soon });
  const [letter, other] = await deadLetters(id, 2);
  await replaceDeliveryWorker();
  sink.script("/hook", 200);
  expect(await system.client.post(`/api/v1/deliveries/${letter!.id}/retry`)).toMatchObject({ status: 202 });
  await sink.until(() => sink.events("/hook").length === 5);
  const attempts = sink.requests("/hook").filter(({ headers }) => headers["webhook-id"] === letter!.id);
  expect(attempts.map(({ headers }) => headers["webhook-attempt"])).toEqual(["1", "2", "3"]);
  expect(new Set(attempts.map(({ rawBody }) => rawBody)).size).toBe(1);
  expect(await deadLetters(id, 1)).toMatchObject([{ id: other!.id }]);

  expect((await system.client.post(`/api/v1/deliveries/${other!.id}/discard`)).status).toBe(200);
  await deadLetters(id, 0);
  expect((await system.client.post(`/api/v1/deliveries/${other!.id}/retry`)).status).toBe(404);
});

test("a bulk retry counts first, then retries everything, even if its worker is killed in between", async () => {
  await using sink = await WebhookSink.start();
  const count = 230;
  sink.script("/hook", 422);
  const id = await burst(sink, count, { retry: soon, realtime: true });
  const filter = { state: "dead", execution_id: id, status: 422 };
  const retry = (dryRun: boolean, more: object = {}) =>
    system.client.post<{ id: string; total: number }>("/api/v1/deliveries/retry", {
      filter: { ...filter, ...more },
      dry_run: dryRun,
    });
  await sink.received(2 * count, "/hook");
  await eventually(async () => {
    expect((await retry(true)).body).toEqual({ id: null, state: "counted", total: count, done: 0, skipped: 0 });
  });
  expect((await retry(true, { status: 500 })).body.total).toBe(0);
  expect((await retry(true, { endpoint: endpointId(new URL("http://other.test")) })).body.total).toBe(0);
  expect((await retry(true, { endpoint: endpointId(new URL(sink.url())) })).body.total).toBe(count);

  sink.script("/hook", 200);
  const started = await retry(false);
  await replaceDeliveryWorker();
  await eventually(async () => {
    const { body } = await system.client.get(`/api/v1/deliveries/retry/${started.body.id}`);
    expect(body).toMatchObject({ state: "finished", total: count });
  });
  await sink.until(() => new Set(numbers(sink)).size === count);
  expect([...new Set(numbers(sink))]).toEqual(upTo(count));
  await deadLetters(id, 0);
});

test("a replay has new ids and names the original; to another URL it is sent without secrets", async () => {
  await using sink = await WebhookSink.start();
  const authentication = { strategy: "bearer", token: "hush" };
  const id = await burst(sink, 20, { authentication });
  await sink.until(() => numbers(sink).length === 20);
  const originals = new Set(sink.requests("/hook").map(({ headers }) => headers["webhook-id"]));
  const published = await system.client.events(id);
  const items = published.filter(({ type }) => type === "burst_item");

  const all = await system.client.post(`/api/v1/executions/${id}/replay`, {});
  expect(all).toMatchObject({ status: 202, body: { feed: 1 } });
  await sink.until(() => numbers(sink).length === 40);
  const again = sink.requests("/hook").filter(({ headers }) => headers["webhook-replay-of"] === id);
  expect(again.flatMap(({ events }) => events)).toEqual(items);
  expect(again.every(({ headers }) => !originals.has(headers["webhook-id"]))).toBe(true);
  expect(again.every(({ headers }) => headers["authorization"] === "Bearer hush")).toBe(true);

  await using other = await WebhookSink.start();
  const [from, to] = [Number(items[3]?.data["emission_sequence"]), Number(items[7]?.data["emission_sequence"])];
  await system.client.post(`/api/v1/executions/${id}/replay`, { url: other.url("/copy"), from, to });
  await other.until(() => other.events("/copy").length === 5);
  expect(other.events("/copy")).toEqual(items.slice(3, 8));
  expect(other.requests("/copy")[0]?.headers).not.toHaveProperty("authorization");

  const beyond = await system.client.post(`/api/v1/executions/${id}/replay`, { from: published.length + 1 });
  expect(beyond.status).toBe(400);
  expect(sink.requests("/hook").filter(({ headers }) => headers["webhook-replay-of"] === undefined)).toHaveLength(
    originals.size,
  );
});

test("an operator is alerted, once, of an endpoint whose breaker opened or closed, and of a dead letter", async () => {
  await using sink = await WebhookSink.start();
  let healthy = false;
  sink.script("/hook", () => (healthy ? 200 : 500));
  await Promise.all([burst(sink, 30, { realtime: true }), burst(sink, 30, { realtime: true })]);
  const alerts = () => operator.events("/alerts").filter(({ data }) => data["endpoint"] === new URL(sink.url()).origin);
  const kinds = () => alerts().map(({ type }) => type);
  await operator.until(() => kinds().includes("endpoint.disabled"));
  healthy = true;
  await operator.until(() => kinds().includes("endpoint.recovered"));
  await sink.until(() => numbers(sink).length >= 60);

  await using dying = await WebhookSink.start();
  dying.script("/hook", 422);
  await deadLetters(await burst(dying, 10, { retry: soon, realtime: true }), 10);
  const deaths = () =>
    operator.events("/alerts").filter(({ data }) => data["endpoint"] === new URL(dying.url()).origin);
  await operator.until(() => deaths().length > 0);
  expect(deaths()[0]).toMatchObject({ type: "delivery.dead", data: { outcome: "rejected", status: 422, attempts: 2 } });

  // All earlier alerts have been sent by now, as a later one has arrived.
  expect(kinds().sort()).toEqual(["endpoint.disabled", "endpoint.recovered"]);
  expect(deaths()).toHaveLength(1);
  expect(operator.requests("/alerts")[0]?.headers).toHaveProperty("webhook-signature");
});

/** A worker's metrics, by name and labels. */
async function metricsOf(worker: ScriptProcess): Promise<Map<string, number>> {
  const { healthPort } = await serviceReady(worker);
  const text = await (await fetch(`http://127.0.0.1:${String(healthPort)}/metrics`)).text();
  const lines = text.split("\n").filter((line) => line.startsWith("crewstream_"));
  return new Map(
    lines.map((line) => [
      line
        .replace(/ \S+$/, "")
        .replace(/,?service="[^"]*",?/, "")
        .replace("{}", ""),
      Number(line.split(" ").at(-1)),
    ]),
  );
}

test("metrics count published events, deliveries, attempts, parked deliveries and dead letters", async () => {
  await using sink = await WebhookSink.start();
  await replaceDeliveryWorker();
  const [crew, delivery] = [system.crewWorkers[0]!, system.deliveryWorkers[0]!];
  const before = (await metricsOf(crew)).get("crewstream_events_published_total") ?? 0;
  sink.script("/hook", ({ events, nth }) => (events.some(({ data }) => data["n"] === 5) ? 422 : nth === 0 ? 500 : 200));
  const id = await burst(sink, 15, { retry: soon });
  await deadLetters(id, 1);
  // The number of batches depends on timing: the receiver knows it.
  const refused = sink.requests("/hook").find(({ status }) => status === 422);
  const wanted = 15 - (refused?.events.length ?? 0);
  await sink.until(() => new Set(numbers(sink)).size === wanted);
  await eventually(async () => {
    const requests = sink.requests("/hook");
    const delivered = requests.filter(({ status }) => status === 200);
    const failed = requests.filter(({ status }) => status !== 200);
    const parked = failed.filter(({ headers }) => headers["webhook-attempt"] === "1");
    const metrics = await metricsOf(delivery);
    // The alert about the dead letter is sent by the same worker, before or after this read.
    const told = (metrics.get('crewstream_attempts_total{outcome="delivered"}') ?? 0) - delivered.length;
    expect([0, 1]).toContain(told);
    expect(Object.fromEntries(metrics)).toMatchObject({
      crewstream_events_delivered_total: wanted + told,
      'crewstream_attempts_total{outcome="delivered"}': delivered.length + told,
      'crewstream_attempts_total{outcome="rejected"}': failed.length,
      crewstream_attempt_seconds_count: requests.length + told,
      crewstream_feed_lag_seconds_count: delivered.length + told,
      crewstream_deliveries_parked_total: parked.length,
      crewstream_deliveries_dead_total: 1,
      crewstream_breakers_open: 0,
    });
    expect(metrics.has('crewstream_queue_depth{queue="feeds-0",state="delayed"}')).toBe(true);
  });
  const published = await system.client.events(id);
  await eventually(async () => {
    const metrics = await metricsOf(crew);
    expect(metrics.get("crewstream_events_published_total")).toBe(before + published.length);
    expect(metrics.get('crewstream_executions_finished_total{state="SUCCESS"}')).toBeGreaterThan(0);
  });
});

/** Keys that deduplicate jobs, which outlive the jobs. */
const marks = /:de:/;

/** Deletes everything that some queues store about their jobs, except for the given keys. */
async function loseJobs(family: string, keep?: RegExp): Promise<number> {
  await using store = openTestStore(system.env);
  const keys = await store.redis.keys(`{${store.keys.prefix}:${family}*}*`);
  const lost = keys.filter((key) => !/:(meta|id|events)$/.test(key) && keep?.test(key) !== true);
  return lost.length === 0 ? 0 : store.redis.del(...lost);
}

test("lost jobs are added again: feeds, retries and runs", async () => {
  await using sink = await WebhookSink.start();
  // A feed whose events no job is going to deliver.
  await system.deliveryWorkers.pop()?.kill("SIGKILL");
  await system.client.ended(await burst(sink, 10));
  expect(await loseJobs("feeds", marks)).toBeGreaterThan(0);
  system.deliveryWorkers.push(await system.add("delivery-worker"));
  await sink.until(() => numbers(sink).length === 10);

  // A parked delivery without a retry job.
  await using failing = await WebhookSink.start();
  failing.script("/hook", [422]);
  await burst(failing, 5, { retry: { schedule: ["2s"] } });
  await failing.received(1, "/hook");
  await system.deliveryWorkers[0]?.logged(
    ({ msg, ...line }) =>
      msg === "delivery.attempted" &&
      line["settled"] === "parked" &&
      line["endpoint"] === new URL(failing.url()).origin,
  );
  await eventually(async () => {
    await using store = openTestStore(system.env);
    expect(await store.redis.keys(`{${store.keys.prefix}:retries-*}:*delayed`)).not.toEqual([]);
  });
  await system.deliveryWorkers.pop()?.kill("SIGKILL");
  expect(await loseJobs("retries")).toBeGreaterThan(0);
  system.deliveryWorkers.push(await system.add("delivery-worker"));
  await failing.until(() => numbers(failing).length === 5);

  // An accepted run without a job.
  await using third = await WebhookSink.start();
  await system.crewWorkers.pop()?.kill("SIGKILL");
  const id = await burst(third, 5);
  expect(await loseJobs("runs", marks)).toBeGreaterThan(0);
  system.crewWorkers.push(await system.add("crew-worker"));
  await system.client.ended(id);
  await third.until(() => numbers(third).length === 5);
});
