import { afterAll, beforeAll, expect, test } from "vitest";
import { deliveredOnce, expectWebhook, typesOf } from "../support/deliveries.ts";
import { startSystem, type System } from "../support/services.ts";
import { WebhookSink } from "../support/webhook-sink.ts";
import { exampleInputs } from "./example-runs.ts";

let sink: WebhookSink;
let other: WebhookSink;
let system: System;
beforeAll(async () => {
  [sink, other] = await Promise.all([WebhookSink.start(), WebhookSink.start()]);
  system = await startSystem({ env: { WEBHOOK_BATCH_MAX_WAIT_MS: "600000" } });
});
afterAll(async () => {
  await system?.[Symbol.asyncDispose]();
  await sink?.[Symbol.asyncDispose]();
  await other?.[Symbol.asyncDispose]();
});

test("each subscription of a kickoff has its own filter, mode, authentication and signature", async () => {
  const ownSecret = `whsec_${Buffer.alloc(24, 5).toString("base64")}`;
  const executionId = await system.client.kickoff("research_crew", {
    inputs: exampleInputs.research_crew,
    webhooks: [
      { url: sink.url("/all"), events: ["*"], authentication: { strategy: "bearer", token: "token-of-all" } },
      { url: sink.url("/tasks"), events: ["task_*"], realtime: true, signing_secret: ownSecret },
      {
        url: other.url("/crew"),
        events: ["crew_kickoff_completed"],
        realtime: true,
        authentication: { strategy: "basic", username: "me", password: "secret" },
      },
      {
        url: other.url("/keyed"),
        events: ["crew_kickoff_*"],
        authentication: { strategy: "header", name: "X-Api-Key", value: "key-1" },
      },
    ],
  });
  await system.client.ended(executionId);
  const published = await system.client.events(executionId);
  await Promise.all([
    sink.received(1, "/all"),
    sink.received(4, "/tasks"),
    other.received(1, "/crew"),
    other.received(1, "/keyed"),
  ]);

  const secret = system.env["WEBHOOK_SIGNING_SECRET"]!;
  const [all, ...more] = sink.requests("/all");
  expect(more).toEqual([]);
  expect(all!.events).toEqual(published);
  expectWebhook(all!, { executionId, secret, authorization: "Bearer token-of-all" });

  const tasks = sink.requests("/tasks");
  expect(typesOf(deliveredOnce(tasks))).toEqual(["task_started", "task_completed", "task_started", "task_completed"]);
  for (const request of tasks) {
    expect(request.events).toHaveLength(1);
    expectWebhook(request, { executionId, secret: ownSecret, authorization: undefined });
    expect(() => expectWebhook(request, { executionId, secret, authorization: undefined })).toThrow("signature");
  }

  const [crew] = other.requests("/crew");
  expect(typesOf(crew!.events)).toEqual(["crew_kickoff_completed"]);
  const basic = `Basic ${Buffer.from("me:secret").toString("base64")}`;
  expectWebhook(crew!, { executionId, secret, authorization: basic });

  const [keyed] = other.requests("/keyed");
  expect(typesOf(keyed!.events)).toEqual(["crew_kickoff_started", "crew_kickoff_completed"]);
  expectWebhook(keyed!, { executionId, secret, authorization: undefined });
  expect(keyed!.headers["x-api-key"]).toBe("key-1");
});

test("two subscriptions with one URL are two feeds: each gets every event once, under its own ids", async () => {
  const executionId = await system.client.kickoff("release_notes", {
    inputs: exampleInputs.release_notes,
    webhooks: [
      { url: sink.url("/twice"), events: ["*"] },
      { url: sink.url("/twice"), events: ["*"] },
    ],
  });
  const [first, second] = await sink.received(2, "/twice");
  const published = await system.client.events(executionId);
  expect(first!.events).toEqual(published);
  expect(second!.events).toEqual(published);
  expect(first!.headers["webhook-id"]).not.toBe(second!.headers["webhook-id"]);
});

test("a failing receiver does not delay other subscriptions of its run", async () => {
  other.script("/broken", () => 500);
  const executionId = await system.client.kickoff("research_crew", {
    inputs: exampleInputs.research_crew,
    webhooks: [
      { url: other.url("/broken"), events: ["*"], realtime: true },
      { url: sink.url("/well"), events: ["*"] },
    ],
  });
  await sink.eventOfType("crew_kickoff_completed", "/well");
  expect(deliveredOnce(sink.requests("/well"))).toEqual(await system.client.events(executionId));
  await other.received(1, "/broken");
});
