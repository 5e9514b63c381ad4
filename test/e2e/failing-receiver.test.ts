import { afterAll, beforeAll, expect, test } from "vitest";
import { deliveredOnce, expectWebhook, inSequence } from "../support/deliveries.ts";
import type { SinkRequest } from "../support/sink-reply.ts";
import { startSystem, type System } from "../support/services.ts";
import { WebhookSink } from "../support/webhook-sink.ts";
import { exampleInputs } from "./example-runs.ts";

let system: System;
beforeAll(async () => {
  // Twelve attempts over about ten seconds, and batches small enough that there are several.
  const schedule = ["100ms", "100ms", "200ms", "200ms", "400ms", "400ms", "800ms", "1s", "2s", "2s", "2s"].join(",");
  // The reconciler would find a retry that was never scheduled; here nothing else may.
  const env = { WEBHOOK_BATCH_MAX_EVENTS: "10", WEBHOOK_RETRY_SCHEDULE: schedule, RECONCILE_MS: "600000" };
  system = await startSystem({ env });
});
afterAll(() => system?.[Symbol.asyncDispose]());

function kickoff(sink: WebhookSink, settings: Record<string, unknown>, events = ["*"]): Promise<string> {
  return system.client.kickoff("research_crew", {
    inputs: exampleInputs.research_crew,
    webhooks: { url: sink.url("/hook"), events, ...settings },
  });
}

/** Resolves when every published event has been acknowledged; fails unless each was in one delivery. */
async function expectEverything(sink: WebhookSink, executionId: string): Promise<void> {
  await system.client.ended(executionId);
  const published = await system.client.events(executionId);
  const acknowledged = (): SinkRequest[] => sink.requests("/hook").filter(({ status }) => status === 200);
  await sink.until(() => acknowledged().flatMap(({ events }) => events).length >= published.length);
  expect(deliveredOnce(sink.requests("/hook"))).toEqual(published);
}

/** Attempts by delivery, in order of arrival. */
function attempts(sink: WebhookSink): SinkRequest[][] {
  const ids = new Set(sink.requests("/hook").map(({ headers }) => headers["webhook-id"]));
  return [...ids].map((id) => sink.requests("/hook").filter(({ headers }) => headers["webhook-id"] === id));
}

const modes = [
  ["batched", {}],
  ["realtime", { realtime: true }],
  ["strict", { ordering: "strict" }],
] as const;

test.each(modes)("%s: five 500s and then 200s: everything arrives", async (_mode, settings) => {
  await using sink = await WebhookSink.start();
  sink.script("/hook", [500, 500, 500, 500, 500]);
  const executionId = await kickoff(sink, settings);
  await expectEverything(sink, executionId);
});

test.each(modes)("%s: each delivery fails twice, and arrives unchanged", async (mode, settings) => {
  await using sink = await WebhookSink.start();
  const seen = new Map<string, number>();
  sink.script("/hook", ({ headers }) => {
    const id = headers["webhook-id"] ?? "";
    seen.set(id, (seen.get(id) ?? 0) + 1);
    return (seen.get(id) ?? 0) <= 2 ? 500 : 200;
  });
  const executionId = await kickoff(sink, settings, ["task_completed"]);
  await sink.until(() => sink.events("/hook").length === 2);
  const secret = system.env["WEBHOOK_SIGNING_SECRET"]!;
  for (const delivery of attempts(sink)) {
    expect(delivery.map(({ status }) => status)).toEqual([500, 500, 200]);
    for (const [before, request] of delivery.entries()) {
      expectWebhook(request, { executionId, secret, authorization: undefined, attempt: before + 1 });
    }
  }
  const published = await system.client.events(executionId);
  expect(deliveredOnce(sink.requests("/hook"))).toEqual(published.filter(({ type }) => type === "task_completed"));
  const arrived = mode === "strict" ? sink.events("/hook") : inSequence(sink.events("/hook"));
  expect(arrived).toEqual(inSequence(arrived));
});

test.each(modes)("%s: down until after the run has ended: everything arrives", async (_mode, settings) => {
  await using sink = await WebhookSink.start();
  await sink.down();
  const executionId = await kickoff(sink, settings);
  expect(await system.client.ended(executionId)).toMatchObject({ state: "SUCCESS" });
  await sink.up();
  await expectEverything(sink, executionId);
});

test("deliveries to a receiver that hangs, resets and breaks off are retried, too", async () => {
  await using sink = await WebhookSink.start();
  sink.script("/hook", ["hang", "reset", 429, { redirect: "http://127.0.0.1:1/" }, 404]);
  const executionId = await kickoff(sink, {}, ["crew_kickoff_completed"]);
  const requests = await sink.received(6, "/hook");
  expect(requests.map(({ status }) => status)).toEqual([undefined, undefined, 429, 302, 404, 200]);
  expect(new Set(requests.map(({ rawBody }) => rawBody)).size).toBe(1);
  expect(new Set(requests.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
  expect(requests[0]!.events[0]).toMatchObject({ execution_id: executionId });
});
