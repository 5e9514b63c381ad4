import { afterAll, beforeAll, expect, test } from "vitest";
import { deliveredOnce, expectGapless, requestsOf } from "../support/deliveries.ts";
import type { SinkRequest } from "../support/sink-reply.ts";
import { startSystem, type System } from "../support/services.ts";
import { WebhookSink } from "../support/webhook-sink.ts";
import { exampleInputs } from "./example-runs.ts";

let sink: WebhookSink;
let system: System;
beforeAll(async () => {
  sink = await WebhookSink.start();
  // A window of four and batches of five: a kill leaves several sealed deliveries behind, and more to be sealed.
  system = await startSystem({
    env: { WEBHOOK_REALTIME_WINDOW: "4", WEBHOOK_BATCH_MAX_EVENTS: "5", WEBHOOK_TIMEOUT_MS: "20000" },
  });
});
afterAll(async () => {
  await system?.[Symbol.asyncDispose]();
  await sink?.[Symbol.asyncDispose]();
});

test("a delivery worker is killed in mid-stream: another sends the rest, and what was in flight unchanged", async () => {
  // The third request of each path is received and never answered: the worker is killed while it waits for it.
  for (const path of ["/realtime", "/batched"]) sink.script(path, [200, 200, "hang"]);
  const executionId = await system.client.kickoff("research_crew", {
    inputs: exampleInputs.research_crew,
    webhooks: [
      { url: sink.url("/realtime"), events: ["*"], realtime: true },
      { url: sink.url("/batched"), events: ["*"] },
    ],
  });
  const hung = (path: string): SinkRequest => sink.requests(path).find(({ nth }) => nth === 2)!;
  await Promise.all([sink.received(3, "/realtime"), sink.received(3, "/batched")]);
  expect(await system.deliveryWorkers[0]!.kill("SIGKILL")).toMatchObject({ signal: "SIGKILL" });

  const next = await system.add("delivery-worker");
  await Promise.all(["/realtime", "/batched"].map((path) => sink.eventOfType("crew_kickoff_completed", path)));
  await system.client.ended(executionId);
  const published = await system.client.events(executionId);
  expectGapless(published);
  for (const path of ["/realtime", "/batched"]) {
    await sink.until(() => sink.events(path).length >= published.length);
    expect(deliveredOnce(sink.requests(path))).toEqual(published);
    const again = sink
      .requests(path)
      .filter(({ headers }) => headers["webhook-id"] === hung(path).headers["webhook-id"]);
    expect(again.map(({ status }) => status)).toEqual([undefined, 200]);
  }
  // Batches stay in order: what was sealed is sent first.
  const ids = sink.events("/batched").map(({ id }) => id);
  expect(ids).toEqual(published.map(({ id }) => id));
  expect(next.logs.some(({ msg }) => msg === "delivery.attempted")).toBe(true);
});

test("it is killed repeatedly during many runs: no event is lost, none is in two deliveries", async () => {
  sink.script("/many", () => ({ status: 200, afterMs: 5 }));
  const kickoffs = Array.from({ length: 8 }, () =>
    system.client.kickoff("research_crew", {
      inputs: exampleInputs.research_crew,
      webhooks: { url: sink.url("/many"), events: ["*"], realtime: true },
    }),
  );
  const executionIds = await Promise.all(kickoffs);
  for (const received of [40, 120]) {
    await sink.received(received, "/many");
    await system.deliveryWorkers.at(-1)!.kill("SIGKILL");
    system.deliveryWorkers.push(await system.add("delivery-worker"));
  }
  for (const executionId of executionIds) {
    await system.client.ended(executionId);
    const published = await system.client.events(executionId);
    await sink.until(() => {
      const acknowledged = requestsOf(sink.requests("/many"), executionId).filter(({ status }) => status === 200);
      return new Set(acknowledged.flatMap(({ events }) => events.map(({ id }) => id))).size >= published.length;
    });
    expect(deliveredOnce(requestsOf(sink.requests("/many"), executionId))).toEqual(published);
  }
});
