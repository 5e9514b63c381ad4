import { Queues } from "@crewstream/queue";
import { openStore } from "@crewstream/redis";
import { createLogger, loadConfig, variables } from "@crewstream/service";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ApiClient } from "../support/client.ts";
import { deliveredOnce, expectGapless } from "../support/deliveries.ts";
import { serviceReady, startService } from "../support/service-process.ts";
import { startSystem, testToken, type System } from "../support/services.ts";
import { WebhookSink } from "../support/webhook-sink.ts";

let sink: WebhookSink;
let system: System;
/** A lease, a reconciler and a shutdown longer than every wait of a test: anything that waits for one of them fails. */
beforeAll(async () => {
  sink = await WebhookSink.start();
  system = await startSystem({
    crewWorkers: 0,
    deliveryWorkers: 0,
    env: {
      AUTOMATIONS_DIR: "test/fixtures/automations",
      TEST_GATE_URL: sink.url(""),
      LEASE_MS: "300000",
      RECONCILE_MS: "600000",
      SHUTDOWN_TIMEOUT_MS: "300000",
      WEBHOOK_TIMEOUT_MS: "60000",
    },
  });
});
afterAll(async () => {
  await system?.[Symbol.asyncDispose]();
  await sink?.[Symbol.asyncDispose]();
});

const impatient = { SHUTDOWN_TIMEOUT_MS: "300" };
const stopped = { code: 0, signal: null };

/** Jobs that some worker holds, over all queues. */
async function heldJobs(): Promise<number> {
  const config = loadConfig(variables.pick({ REDIS_URL: true, KEY_PREFIX: true, QUEUE_PARTITIONS: true }), system.env);
  const log = createLogger({ name: "test", level: "silent" });
  await using store = openStore(config, { retry: "failFast", log, name: "test" });
  await using queues = new Queues(store);
  return (await queues.depths()).reduce((sum, { active }) => sum + active, 0);
}

test("a crew worker is stopped and its run does not end in time: another takes it immediately", async () => {
  await using leaving = await startService("crew-worker", { ...system.env, ...impatient });
  sink.script("", ({ path, nth }) => (path.startsWith("/gate/") && nth === 0 ? "hang" : 200));
  const executionId = await system.client.kickoff("gated_crew", { inputs: { topic: "gates" } });
  await sink.received(1, `/gate/${executionId}`);
  const staying = await system.add("crew-worker");

  expect(await leaving.kill("SIGTERM")).toEqual(stopped);
  expect(leaving.logs.map(({ msg }) => msg)).toContain("run.handed_over");
  expect(await system.client.ended(executionId)).toMatchObject({ state: "SUCCESS" });
  await staying.logged(({ msg, ...record }) => msg === "run.finished" && record["executionId"] === executionId);
  expectGapless(await system.client.events(executionId));
  expect(sink.requests(`/desk/${executionId}`)).toHaveLength(1);
  expect(sink.requests(`/gate/${executionId}`)).toHaveLength(2);
  system.crewWorkers.push(staying);
});

test("a crew worker is stopped and its run ends in time: it ends there, and no new run begins there", async () => {
  const gate = Promise.withResolvers<void>();
  sink.script("", ({ path }) => (path.startsWith("/gate/") ? { status: 200, after: gate.promise } : 200));
  const executionId = await system.client.kickoff("gated_flow", { inputs: { count: 2 } });
  await sink.received(1, `/gate/${executionId}`);
  const leaving = system.crewWorkers.pop()!;
  leaving.signal("SIGTERM");
  await leaving.logged(({ msg }) => msg === "crew-worker.stopping");
  gate.resolve();
  expect(await leaving.exited).toEqual(stopped);
  expect((await system.client.get(`/status/${executionId}`)).body).toMatchObject({ state: "SUCCESS" });
  expect(sink.requests(`/gate/${executionId}`)).toHaveLength(1);
});

test("a delivery worker is stopped while a receiver hangs: its delivery waits for another, uncounted", async () => {
  system.crewWorkers.push(await system.add("crew-worker"));
  await using leaving = await startService("delivery-worker", { ...system.env, ...impatient });
  sink.script("", 200).script("/hook", ["hang"]).script("/parked", [500, "hang"]);
  const executionId = await system.client.kickoff("gated_flow", {
    inputs: { count: 2 },
    webhooks: [
      { url: sink.url("/hook"), events: ["*"] },
      { url: sink.url("/parked"), events: ["flow_finished"], realtime: true },
    ],
  });
  await Promise.all([sink.received(1, "/hook"), sink.received(2, "/parked")]);
  expect(await leaving.kill("SIGTERM")).toEqual(stopped);
  expect(await heldJobs()).toBe(0);

  system.deliveryWorkers.push(await system.add("delivery-worker"));
  await sink.eventOfType("flow_finished", "/hook");
  await sink.received(3, "/parked");
  expect(deliveredOnce(sink.requests("/hook"))).toEqual(await system.client.events(executionId));
  const attempts = (path: string) => sink.requests(path).map(({ headers }) => headers["webhook-attempt"]);
  expect(attempts("/hook").slice(0, 2)).toEqual(["1", "1"]);
  expect(attempts("/parked")).toEqual(["1", "2", "2"]);
});

test("a delivery worker is stopped while a receiver is slow: it waits for the response, and nothing is sent twice", async () => {
  const [gate, answer] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  sink.script("", ({ path }) => (path.startsWith("/gate/") ? { status: 200, after: gate.promise } : 200));
  sink.script("/slow", ({ nth }) => (nth === 0 ? { status: 200, after: answer.promise } : 200));
  const executionId = await system.client.kickoff("gated_flow", {
    inputs: { count: 2 },
    webhooks: { url: sink.url("/slow"), events: ["*"] },
  });
  await sink.received(1, "/slow");
  const leaving = system.deliveryWorkers.pop()!;
  leaving.signal("SIGTERM");
  await leaving.logged(({ msg }) => msg === "delivery-worker.stopping");
  answer.resolve();
  expect(await leaving.exited).toEqual(stopped);

  await system.add("delivery-worker");
  gate.resolve();
  await sink.eventOfType("flow_finished", "/slow");
  expect(sink.events("/slow")).toEqual(await system.client.events(executionId));
});

test("the API is stopped amid kickoffs and streams: accepted kickoffs run, and it does not wait for streams", async () => {
  sink.script("", 200);
  const watched = await system.client.kickoff("gated_flow", { inputs: { count: 1 } });
  await system.client.ended(watched);
  const gated = Promise.withResolvers<void>();
  sink.script("", ({ path }) => (path.startsWith("/gate/") ? { status: 200, after: gated.promise } : 200));
  const open = await system.client.kickoff("gated_flow", { inputs: { count: 1 } });
  await sink.received(1, `/gate/${open}`);
  const stream = await fetch(`${system.client.baseUrl}/api/v1/executions/${open}/events`, {
    headers: { authorization: `Bearer ${testToken}`, accept: "text/event-stream" },
  });
  expect(stream.status).toBe(200);
  const poll = system.client.get(`/api/v1/executions/${open}/events?after=100&wait=60`).catch(() => undefined);
  const kickoffs = Array.from({ length: 20 }, () => system.client.kickoff("release_notes", { inputs: {} }));
  const first = await Promise.race(kickoffs);
  expect(await system.api.kill("SIGTERM")).toEqual(stopped);
  await Promise.all([stream.text().catch(() => ""), poll]);
  gated.resolve();

  const { port } = await serviceReady(await system.add("api"));
  const client = new ApiClient(`http://127.0.0.1:${String(port)}`, testToken);
  const accepted = (await Promise.allSettled(kickoffs)).flatMap((answer) =>
    answer.status === "fulfilled" ? [answer.value] : [],
  );
  expect(accepted).toContain(first);
  for (const executionId of [open, ...accepted]) {
    expect(await client.ended(executionId)).toMatchObject({ state: "SUCCESS" });
  }
});
