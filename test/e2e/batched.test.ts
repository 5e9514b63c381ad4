import { afterAll, beforeAll, expect, test } from "vitest";
import { deliveredOnce, expectGapless, expectWebhook, outlineOf } from "../support/deliveries.ts";
import { startSystem, type System } from "../support/services.ts";
import { WebhookSink } from "../support/webhook-sink.ts";
import { exampleInputs, exampleOutlines } from "./example-runs.ts";

let sink: WebhookSink;
let system: System;
/** No batch reaches its maximum age here: it is sent when it is full, or when its run has ended. */
beforeAll(async () => {
  sink = await WebhookSink.start();
  system = await startSystem({
    env: { WEBHOOK_BATCH_MAX_EVENTS: "8", WEBHOOK_BATCH_MAX_WAIT_MS: "600000" },
  });
});
afterAll(async () => {
  await system?.[Symbol.asyncDispose]();
  await sink?.[Symbol.asyncDispose]();
});

test.each([
  { automation: "release_notes", last: "flow_finished" },
  { automation: "research_crew", last: "crew_kickoff_completed" },
] as const)("$automation: every event arrives in order, in full batches", async ({ automation, last }) => {
  const path = `/${automation}`;
  const executionId = await system.client.kickoff(automation, {
    inputs: exampleInputs[automation],
    webhooks: {
      url: sink.url(path),
      events: ["*"],
      realtime: false,
      authentication: { strategy: "bearer", token: "my-token" },
    },
  });
  await sink.eventOfType(last, path);
  expect(await system.client.ended(executionId)).toMatchObject({ state: "SUCCESS" });

  const published = await system.client.events(executionId);
  expectGapless(published);
  const requests = sink.requests(path);
  expect(requests.flatMap(({ events }) => events)).toEqual(published);
  expect(deliveredOnce(requests)).toEqual(published);

  const full = Math.floor(published.length / 8);
  const rest = published.length % 8;
  expect(requests.map(({ events }) => events.length)).toEqual([
    ...Array<number>(full).fill(8),
    ...(rest ? [rest] : []),
  ]);
  const secret = system.env["WEBHOOK_SIGNING_SECRET"]!;
  for (const request of requests) expectWebhook(request, { executionId, secret, authorization: "Bearer my-token" });

  expect(outlineOf(published)).toEqual(exampleOutlines[automation]);
});
