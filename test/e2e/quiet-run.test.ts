import { afterAll, beforeAll, expect, test } from "vitest";
import { deliveredOnce, typesOf } from "../support/deliveries.ts";
import { startSystem, type System } from "../support/services.ts";
import { WebhookSink } from "../support/webhook-sink.ts";

let sink: WebhookSink;
let system: System;
beforeAll(async () => {
  sink = await WebhookSink.start();
  const env = { AUTOMATIONS_DIR: "test/fixtures/automations", TEST_GATE_URL: sink.url("") };
  system = await startSystem({ env });
});
afterAll(async () => {
  await system?.[Symbol.asyncDispose]();
  await sink?.[Symbol.asyncDispose]();
});

test("a run that has gone quiet: what it emitted before arrives in a batch, although the run has not ended", async () => {
  const gate = Promise.withResolvers<void>();
  sink.script("", ({ path }) => (path.startsWith("/gate/") ? { status: 200, after: gate.promise } : 200));
  const executionId = await system.client.kickoff("gated_flow", {
    inputs: { count: 3 },
    webhooks: { url: sink.url("/hook"), events: ["item_noted", "flow_finished"] },
  });

  await sink.until(() => sink.events("/hook").length === 3);
  expect((await system.client.get(`/status/${executionId}`)).body).toMatchObject({ state: "RUNNING" });
  expect(sink.events("/hook").map(({ data }) => data["n"])).toEqual([1, 2, 3]);

  gate.resolve();
  await sink.eventOfType("flow_finished", "/hook");
  expect(typesOf(deliveredOnce(sink.requests("/hook")))).toEqual([
    ...Array<string>(6).fill("item_noted"),
    "flow_finished",
  ]);
});
