import { afterAll, beforeAll, expect, test } from "vitest";
import { readFeed } from "@crewstream/redis";
import { parseExecutionId } from "@crewstream/contracts";
import { deliveredOnce } from "../support/deliveries.ts";
import { eventually } from "../support/eventually.ts";
import { openTestStore } from "../support/executions.ts";
import { startSystem, type System } from "../support/services.ts";
import { WebhookSink } from "../support/webhook-sink.ts";
import { exampleInputs } from "./example-runs.ts";

let system: System;
beforeAll(async () => {
  // After its second attempt a delivery waits for an hour: longer than any test.
  system = await startSystem({ env: { WEBHOOK_RETRY_SCHEDULE: "100ms,1h", RECONCILE_MS: "600000" } });
});
afterAll(() => system?.[Symbol.asyncDispose]());

const kickoff = (sink: WebhookSink, settings: Record<string, unknown>): Promise<string> =>
  system.client.kickoff("research_crew", {
    inputs: exampleInputs.research_crew,
    webhooks: [
      { url: sink.url("/hook"), events: ["*"], ...settings },
      // A single strict feed fails too rarely to open the breaker.
      { url: sink.url("/beside"), events: ["*"], realtime: true },
    ],
  });

/** The feed's open deliveries, by first sequence and outcome. */
async function waiting(executionId: string): Promise<{ outcome?: string | undefined; far: boolean }[]> {
  await using store = openTestStore(system.env);
  const feed = await readFeed(store, { executionId: parseExecutionId(executionId)!, feed: 0 });
  return (feed?.open ?? []).map(({ outcome, nextAt = 0 }) => ({ outcome, far: nextAt > Date.now() + 60_000 }));
}

test.each([
  ["parked deliveries", { realtime: true }],
  ["the held head of a strict feed", { ordering: "strict" }],
])("%s do not wait out their schedule when the outage is over", async (_, settings) => {
  await using sink = await WebhookSink.start();
  let down = true;
  sink.script("", () => (down ? 503 : 200));
  const executionId = await kickoff(sink, settings);
  await system.client.ended(executionId);
  // All have failed twice; from here on nothing is due for an hour except the breaker's probe.
  await eventually(async () => expect((await waiting(executionId)).some(({ far }) => far)).toBe(true));
  down = false;

  const published = await system.client.events(executionId);
  const acknowledged = () => sink.requests("/hook").filter(({ status }) => status === 200);
  await sink.until(() => acknowledged().flatMap(({ events }) => events).length >= published.length);
  expect(deliveredOnce(acknowledged())).toEqual(published);
});

test("individually rejected deliveries keep their schedule", async () => {
  await using sink = await WebhookSink.start();
  let down = true;
  let refused = "";
  sink.script("", ({ path, headers, events }) => {
    if (path === "/hook" && events[0]?.type === "crew_kickoff_started") refused = headers["webhook-id"] ?? "";
    if (headers["webhook-id"] === refused) return 422;
    return down ? 503 : 200;
  });
  const executionId = await kickoff(sink, { realtime: true });
  await system.client.ended(executionId);
  await eventually(async () => expect((await waiting(executionId)).filter(({ far }) => far).length).toBeGreaterThan(1));
  down = false;
  await eventually(async () => expect(await waiting(executionId)).toEqual([{ outcome: "rejected", far: true }]));
});
