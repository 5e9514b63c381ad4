import { afterAll, beforeAll, expect, it } from "vitest";
import { brokenPromises } from "../faults/check-promises.ts";
import { FaultySystem } from "../faults/faulty-system.ts";
import { eventually } from "../support/eventually.ts";
import { WebhookSink } from "../support/webhook-sink.ts";

let system: FaultySystem;
let sink: WebhookSink;
beforeAll(async () => {
  system = await FaultySystem.start();
  sink = await WebhookSink.start();
});
afterAll(async () => {
  await sink[Symbol.asyncDispose]();
  await system[Symbol.asyncDispose]();
});

it("recovers without a restart when every connection of every process falls silent", async () => {
  const id = await system.client.kickoff("burst", {
    inputs: { count: 300, group: 5, pause_ms: 30, bytes: 500 },
    webhooks: { url: sink.url("/silent"), events: ["*"], realtime: true },
  });
  await sink.received(1, "/silent");
  for (const name of system.names) expect([name, system.network(name).silence() > 0]).toEqual([name, true]);

  await eventually(async () => {
    const { status, body } = await system.client.get(`/api/v1/executions/${id}`);
    if (status !== 200 || body["state"] !== "SUCCESS" || body["feeds_open"] !== 0)
      throw new Error(JSON.stringify(body).slice(0, 400));
  });
  const events = await system.client.events(id);
  const settings = { name: "realtime", realtime: true, ordering: "relaxed" } as const;
  const feed = { executionId: id, feed: 0, path: "/silent", settings, events, dead: [], attempts: [] };
  expect(brokenPromises(sink.requests("/silent"), feed)).toEqual([]);
  for (const name of system.names) {
    const roles = [
      "commands",
      ...(name === "api" ? [] : ["blocking"]),
      ...(name.startsWith("delivery") ? ["subscriber"] : []),
    ];
    for (const role of roles) {
      await system
        .process(name)
        .logged((record) => record.msg === "redis.connection_replaced" && record["role"] === role);
    }
  }
});
