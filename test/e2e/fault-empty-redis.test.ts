import { Redis } from "ioredis";
import { expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { FaultyRedis } from "../support/redis.ts";
import { startSystem } from "../support/services.ts";
import { WebhookSink } from "../support/webhook-sink.ts";

test("every process notices that Redis came back empty, people are alerted, and new work continues", async () => {
  await using redis = await FaultyRedis.start();
  await using sink = await WebhookSink.start();
  await using system = await startSystem({
    env: { REDIS_URL: redis.url, OPERATIONS_WEBHOOK_URL: sink.url("/alerts") },
  });
  const { client } = system;
  const processes = [system.api, ...system.crewWorkers, ...system.deliveryWorkers];
  const lostAt = async () => (await client.get("/api/v1/stats")).body["data_lost_at"];
  const kickoff = (path: string) =>
    client.kickoff("release_notes", { inputs: { version: "1" }, webhooks: { url: sink.url(path), events: ["*"] } });
  const before = await kickoff("/before");
  await client.ended(before);
  expect(await lostAt()).toBeNull();

  const admin = new Redis(redis.url);
  await admin.flushall();
  admin.disconnect();
  await Promise.all(processes.map((process) => process.logged(({ msg }) => msg === "redis.data_lost")));
  await sink.until(() => sink.events("/alerts").some(({ type }) => type === "redis.data_lost"));
  const at = await lostAt();
  expect(Date.parse(String(at))).toBeGreaterThan(Date.now() - 120_000);
  const metrics = await fetch(`${client.baseUrl}/metrics`);
  expect(await metrics.text()).toContain('crewstream_redis_data_lost_total{service="api"} 1');

  expect((await client.get(`/status/${before}`)).status).toBe(404);
  const after = await eventually(() => kickoff("/after"));
  await client.ended(after);
  await sink.until(() => sink.events("/after").some(({ type }) => type === "flow_finished"));

  // A process that starts later has lost nothing, and nobody reports it twice.
  const late = await system.add("delivery-worker");
  await eventually(async () => {
    const { body } = await client.get<{ processes: { pid: number }[] }>("/api/v1/stats");
    expect(body.processes.map(({ pid }) => pid)).toContain(late.pid);
  });
  expect(await lostAt()).toBe(at);
  for (const process of [...processes, late]) {
    const told = process.logs.filter(({ msg }) => msg === "redis.data_lost");
    expect([process.name, told.length]).toEqual([process.name, process === late ? 0 : 1]);
  }
});
