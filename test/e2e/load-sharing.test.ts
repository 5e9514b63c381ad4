import { afterAll, beforeAll, expect, test } from "vitest";
import { deliveredOnce, expectGapless, requestsOf } from "../support/deliveries.ts";
import type { ScriptProcess } from "../support/script-process.ts";
import { startSystem, type System } from "../support/services.ts";
import { WebhookSink } from "../support/webhook-sink.ts";
import { exampleInputs } from "./example-runs.ts";

let sink: WebhookSink;
let system: System;
/** Two of each worker, each of which takes two jobs at once: four run in parallel only if both work. */
beforeAll(async () => {
  sink = await WebhookSink.start();
  system = await startSystem({
    crewWorkers: 2,
    deliveryWorkers: 2,
    env: {
      AUTOMATIONS_DIR: "test/fixtures/automations",
      TEST_GATE_URL: sink.url(""),
      CREW_CONCURRENCY: "2",
      DELIVERY_CONCURRENCY: "2",
      QUEUE_PARTITIONS: "1",
      WEBHOOK_TIMEOUT_MS: "60000",
    },
  });
});
afterAll(async () => {
  await system?.[Symbol.asyncDispose]();
  await sink?.[Symbol.asyncDispose]();
});

/** The executions for which a process logged this line, each once. */
function executionsIn(process: ScriptProcess, msg: string): Set<unknown> {
  return new Set(process.logs.filter((record) => record.msg === msg).map(({ executionId }) => executionId));
}

test("two crew workers share the runs, two delivery workers their deliveries", async () => {
  const gate = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  sink.script("", ({ path }) => (path.startsWith("/gate/") ? { status: 200, after: gate.promise } : 200));
  sink.script("/held", { status: 200, after: held.promise });
  const executionIds = await Promise.all(
    Array.from({ length: 4 }, () =>
      system.client.kickoff("gated_flow", {
        inputs: { count: 2 },
        webhooks: { url: sink.url("/held"), events: ["item_noted"] },
      }),
    ),
  );

  await sink.until(() => sink.requests().filter(({ path }) => path.startsWith("/gate/")).length === 4);
  await sink.received(4, "/held");
  for (const worker of system.crewWorkers) expect(executionsIn(worker, "run.started").size).toBe(2);
  held.resolve();
  gate.resolve();
  await sink.until(() => sink.events("/held").length === 16);
  for (const worker of system.deliveryWorkers) {
    await worker.logged(({ msg }) => msg === "delivery.attempted");
  }
  for (const executionId of executionIds) {
    const noted = (await system.client.events(executionId)).filter(({ type }) => type === "item_noted");
    expect(deliveredOnce(requestsOf(sink.requests("/held"), executionId))).toEqual(noted);
  }
});

test("many runs at once: each event is in one delivery of each subscription, and each run ran once", async () => {
  const executionIds = await Promise.all(
    Array.from({ length: 16 }, () =>
      system.client.kickoff("research_crew", {
        inputs: exampleInputs.research_crew,
        webhooks: [
          { url: sink.url("/realtime"), events: ["*"], realtime: true },
          { url: sink.url("/batched"), events: ["*"] },
        ],
      }),
    ),
  );
  for (const executionId of executionIds) {
    expect(await system.client.ended(executionId)).toMatchObject({ state: "SUCCESS" });
    const published = await system.client.events(executionId);
    expectGapless(published);
    for (const path of ["/realtime", "/batched"]) {
      const requests = await sink.until(() => {
        const own = requestsOf(sink.requests(path), executionId).filter(({ status }) => status === 200);
        return own.flatMap(({ events }) => events).length >= published.length && own;
      });
      expect(deliveredOnce(requests)).toEqual(published);
      expect(requests.every(({ headers }) => headers["webhook-attempt"] === "1")).toBe(true);
    }
  }
  const [first, second] = system.crewWorkers.map((worker) => executionsIn(worker, "run.finished"));
  expect(first!.intersection(second!)).toEqual(new Set());
  expect(executionIds.every((id) => first!.has(id) || second!.has(id))).toBe(true);
});
