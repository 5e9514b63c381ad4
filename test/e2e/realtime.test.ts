import { afterAll, beforeAll, expect, test } from "vitest";
import { deliveredOnce, expectGapless, expectWebhook, outlineOf } from "../support/deliveries.ts";
import { startSystem, type System } from "../support/services.ts";
import { WebhookSink } from "../support/webhook-sink.ts";
import { exampleInputs, exampleOutlines } from "./example-runs.ts";

let sink: WebhookSink;
let system: System;
/** A batch would grow for ten minutes here, so an event that arrives before the end was not in one. */
beforeAll(async () => {
  sink = await WebhookSink.start();
  system = await startSystem({
    env: {
      AUTOMATIONS_DIR: "test/fixtures/automations",
      TEST_GATE_URL: sink.url(""),
      WEBHOOK_BATCH_MAX_WAIT_MS: "600000",
    },
  });
});
afterAll(async () => {
  await system?.[Symbol.asyncDispose]();
  await sink?.[Symbol.asyncDispose]();
});

test.each(["release_notes", "research_crew"] as const)("%s: every event arrives alone", async (automation) => {
  const path = `/${automation}`;
  const executionId = await system.client.kickoff(automation, {
    inputs: exampleInputs[automation],
    webhooks: {
      url: sink.url(path),
      events: ["*"],
      realtime: true,
      authentication: { strategy: "bearer", token: "my-token" },
    },
  });
  expect(await system.client.ended(executionId)).toMatchObject({ state: "SUCCESS" });
  const published = await system.client.events(executionId);
  expectGapless(published);

  // Up to WEBHOOK_REALTIME_WINDOW requests are in flight at once, so they may overtake each other.
  const requests = await sink.received(published.length, path);
  expect(deliveredOnce(requests)).toEqual(published);
  const secret = system.env["WEBHOOK_SIGNING_SECRET"]!;
  for (const request of requests) {
    expect(request.events).toHaveLength(1);
    expectWebhook(request, { executionId, secret, authorization: "Bearer my-token" });
  }
  expect(outlineOf(published)).toEqual(exampleOutlines[automation]);
});

test("strict ordering: every event arrives alone and in order", async () => {
  const executionId = await system.client.kickoff("research_crew", {
    inputs: exampleInputs.research_crew,
    webhooks: { url: sink.url("/strict"), events: ["*"], realtime: true, ordering: "strict" },
  });
  await sink.eventOfType("crew_kickoff_completed", "/strict");
  const published = await system.client.events(executionId);
  expect(sink.requests("/strict").map(({ events }) => events)).toEqual(published.map((event) => [event]));
});

test("events arrive while their run continues", async () => {
  const gate = Promise.withResolvers<void>();
  sink.script("", (request) => (request.path.startsWith("/gate/") ? { status: 200, after: gate.promise } : 200));
  const executionId = await system.client.kickoff("gated_flow", {
    inputs: { count: 3 },
    webhooks: { url: sink.url("/during"), events: ["item_noted"], realtime: true },
  });
  await sink.received(3, "/during");
  const { body } = await system.client.get(`/status/${executionId}`);
  expect(body).toMatchObject({ state: "RUNNING" });
  gate.resolve();
  await sink.received(6, "/during");
  expect(deliveredOnce(sink.requests("/during")).map(({ data }) => data["n"])).toEqual([1, 2, 3, 4, 5, 6]);
});
