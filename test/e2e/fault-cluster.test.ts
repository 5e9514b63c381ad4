import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import { FeedWaiters, openStore, restFeed } from "@crewstream/redis";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ClusterSet } from "../support/cluster-set.ts";
import { eventually } from "../support/eventually.ts";
import { createTestExecution, events, publish, silentLog, subscription } from "../support/executions.ts";
import { startSystem, type System } from "../support/services.ts";
import { WebhookSink } from "../support/webhook-sink.ts";

let cluster: ClusterSet;
let sink: WebhookSink;
beforeAll(async () => {
  cluster = await ClusterSet.start();
  sink = await WebhookSink.start();
});
afterAll(async () => {
  await sink[Symbol.asyncDispose]();
  await cluster[Symbol.asyncDispose]();
});

const systemOn = (fixture: string, env: Record<string, string> = {}) =>
  startSystem({
    deliveryWorkers: 2,
    env: { ...cluster.env, AUTOMATIONS_DIR: fileURLToPath(new URL(`../fixtures/${fixture}`, import.meta.url)), ...env },
  });

/** What a key or script in the wrong slot would have left in a log; a 503 is a response and may contain its reason. */
function slotErrors(system: System): string[] {
  return [system.api, ...system.crewWorkers, ...system.deliveryWorkers]
    .flatMap((process) => process.logs.filter(({ msg }) => msg !== "request.unavailable"))
    .map((record) => JSON.stringify(record))
    .filter((line) => /CROSSSLOT|MOVED|non local key|"level":"?(error|50)/.test(line));
}

async function settled(system: System, id: string): Promise<void> {
  await eventually(async () => {
    const { status, body } = await system.client.get(`/api/v1/executions/${id}`);
    if (status !== 200 || body["state"] !== "SUCCESS" || body["feeds_open"] !== 0)
      throw new Error(JSON.stringify(body).slice(0, 400));
  });
}

/** Every event of the run, none twice, none missing, and all of them at one path of the sink. */
async function arrived(system: System, id: string, items: number, path: string): Promise<void> {
  const events = await system.client.events(id);
  expect(events.filter(({ type }) => type === "burst_item")).toHaveLength(items);
  expect(events.map(({ data }) => data["emission_sequence"])).toEqual(events.map((_, at) => at + 1));
  const received = new Set(sink.events(path).map((event) => event.id));
  expect(events.filter((event) => !received.has(event.id))).toEqual([]);
}

it("serves batched, realtime and failing webhooks, and a killed worker, over three masters", async () => {
  await using system = await systemOn("load", { WEBHOOK_RETRY_SCHEDULE: "100ms,100ms" });
  sink.script("/failing", 400);
  const subscribe = (path: string, realtime: boolean) => ({ url: sink.url(path), events: ["*"], realtime });
  const kickoff = {
    inputs: { count: 100, group: 5, pause_ms: 50 },
    webhooks: [subscribe("/batched", false), subscribe("/realtime", true), subscribe("/failing", false)],
  };
  const ids = await Promise.all([1, 2, 3, 4, 5, 6].map(() => system.client.kickoff("burst", kickoff)));
  const stream = await fetch(`${system.client.baseUrl}/api/v1/executions/${ids[0]}/events`, {
    headers: { authorization: `Bearer ${system.client.token}`, accept: "text/event-stream" },
  });
  const streamed = stream.text();
  await sink.received(10, "/realtime");
  await system.deliveryWorkers[0]!.kill("SIGKILL");

  const headers = { "idempotency-key": randomUUID() };
  const once = await system.client.post("/automations/burst/kickoff", { inputs: { count: 1 } }, { headers });
  const again = await system.client.post("/automations/burst/kickoff", { inputs: { count: 1 } }, { headers });
  expect(again.body["kickoff_id"]).toBe(once.body["kickoff_id"]);

  for (const id of ids) await settled(system, id);
  for (const id of ids) {
    await arrived(system, id, 100, "/batched");
    await arrived(system, id, 100, "/realtime");
  }
  const text = await streamed;
  expect(new Set(text.match(/^id: ?\d+$/gm)).size).toBe((await system.client.events(ids[0]!)).length);

  const listed = await system.client.get<{ items: { id: string }[] }>("/api/v1/executions?limit=200&status=SUCCESS");
  expect(listed.body.items.map(({ id }) => id)).toEqual(expect.arrayContaining(ids));
  const dead = () => system.client.get<{ items: unknown[] }>("/api/v1/deliveries?state=dead&limit=200");
  expect((await dead()).body.items.length).toBeGreaterThanOrEqual(ids.length);
  for (const path of ["/api/v1/endpoints", "/api/v1/stats", "/api/v1/automations"])
    expect((await system.client.get(path)).status).toBe(200);

  sink.script("/failing", 200);
  const retry = { filter: { state: "dead" }, dry_run: false };
  expect((await system.client.post("/api/v1/deliveries/retry", retry)).status).toBe(202);
  for (const id of ids) await eventually(() => arrived(system, id, 100, "/failing"));
  await eventually(async () => expect((await dead()).body.items).toEqual([]));
  expect(slotErrors(system)).toEqual([]);
});

it("notifies a worker that waits at a feed, whichever master has the run", async () => {
  const nodes = cluster.masters.map(({ port }) => ({ host: "127.0.0.1", port }));
  await using store = openStore(
    { REDIS_URL: "", REDIS_CLUSTER_NODES: nodes, KEY_PREFIX: randomUUID(), QUEUE_PARTITIONS: 4 },
    { retry: "forever", log: silentLog, name: "test" },
  );
  await using feedWaiters = new FeedWaiters(store, { maxPerGroup: 100, log: silentLog });
  const owners = new Set<number>();
  for (let count = 0; count < 30 && owners.size < 3; count += 1) {
    const executionId = await createTestExecution(store, [subscription(sink.url("/hook"), { mode: "realtime" })]);
    owners.add((await cluster.ownerOf(store.keys.execution(executionId).exec)).owner);
    const address = { executionId, feed: 0 };
    using slot = await eventually(() => feedWaiters.acquire(address, 0) ?? Promise.reject(new Error("no slot yet")));
    expect(await restFeed(store, address, 10, slot.channel)).toBe("waiting");
    const sent = events(executionId, { count: 1 });
    const notice = slot.next(30_000);
    expect(await publish(store, executionId, { events: sent })).toEqual([]);
    expect(await notice).toEqual({ events: sent });
  }
  expect(owners.size).toBe(3);
});

it("pauses for a person and continues with the answer", async () => {
  await using system = await systemOn("human");
  const id = await system.client.kickoff("reviewed_crew", { inputs: { topic: "order" } });
  await eventually(async () => {
    expect((await system.client.get(`/status/${id}`)).body["state"]).toBe("PAUSED");
  });
  const listed = await system.client.get<{ items: { execution_id: string }[] }>("/api/v1/human-requests");
  expect(listed.body.items).toContainEqual(expect.objectContaining({ execution_id: id }));
  const answer = { execution_id: id, task_id: "draft", is_approve: true };
  expect((await system.client.post("/resume", answer)).status).toBe(200);
  expect((await system.client.ended(id))["state"]).toBe("SUCCESS");
  expect(slotErrors(system)).toEqual([]);
});

it("loses nothing while the slots of a live run and of its queues move to another master", async () => {
  await using system = await systemOn("load", { QUEUE_PARTITIONS: "1" });
  const id = await system.client.kickoff("burst", {
    inputs: { count: 600, group: 3, pause_ms: 50 },
    webhooks: { url: sink.url("/moved"), events: ["*"], realtime: false },
  });
  await sink.received(1, "/moved");
  const seen = () => sink.requests("/moved").length;
  const prefix = system.env["KEY_PREFIX"];
  const keys = [
    `${prefix}:{${id}}:exec`,
    `{${prefix}:feeds-0}:feeds-0:meta`,
    `{${prefix}:runs}:runs:meta`,
    `{${prefix}:retries-0}:retries-0:meta`,
    `${prefix}:{index}:executions`,
  ];
  // While a slot is half migrated a script over several keys must wait: the run does, a client gets a Retry-After.
  const refused = async (): Promise<void> => {
    const replay = { url: sink.url("/replayed") };
    for (let tries = 0; tries < 3; tries += 1) {
      expect((await system.client.post(`/api/v1/executions/${id}/replay`, replay)).status).toBe(503);
    }
  };
  for (const key of keys) {
    const { owner } = await cluster.ownerOf(key);
    const halfway = key === keys[0] ? refused : undefined;
    const moved = await cluster.moveSlot(key, (owner + 1) % 3, halfway);
    // No delivery has failed, so the queue of retries has no keys; its workers wait there anyway.
    expect(moved).toBeGreaterThanOrEqual(key.includes("retries") ? 0 : 1);
    // The feed must continue after each move, not only later by the reconciler.
    const before = seen();
    await sink.received(before + 1, "/moved");
  }
  await settled(system, id);
  await arrived(system, id, 600, "/moved");
  const sent = sink.events("/moved").map((event) => event.id);
  expect(new Set(sent).size).toBe(sent.length);
  expect(slotErrors(system)).toEqual([]);
});

it("waits for a master that is down, and for all of them, and responds 503 meanwhile", async () => {
  // A lease that outlasts the outages: runs continue where they are.
  await using system = await systemOn("load", { LEASE_MS: "20000" });
  const id = await system.client.kickoff("burst", {
    inputs: { count: 200, group: 4, pause_ms: 50 },
    webhooks: { url: sink.url("/away"), events: ["*"], realtime: true },
  });
  await sink.received(3, "/away");
  const { owner } = await cluster.ownerOf(`${system.env["KEY_PREFIX"]}:{${id}}:exec`);
  for (const dead of [[owner], [0, 1, 2]]) {
    await Promise.all(dead.map((number) => cluster.kill(number)));
    expect((await system.client.get(`/api/v1/executions/${id}`)).status).toBe(503);
    await Promise.all(dead.map((number) => cluster.restart(number)));
    await eventually(async () => expect((await system.client.get(`/api/v1/executions/${id}`)).status).toBe(200));
  }
  await settled(system, id);
  await arrived(system, id, 200, "/away");
  expect(system.crewWorkers[0]!.logs.filter(({ msg }) => msg === "run.started")).toHaveLength(1);
});
