import { afterAll, beforeAll, expect, test } from "vitest";
import { deliveredOnce, expectGapless, outlineOf, requestsOf, typesOf } from "../support/deliveries.ts";
import { startSystem, type System } from "../support/services.ts";
import { WebhookSink } from "../support/webhook-sink.ts";
import { exampleInputs, exampleOutlines } from "./example-runs.ts";

let sink: WebhookSink;
let system: System;
beforeAll(async () => {
  sink = await WebhookSink.start();
  system = await startSystem({
    env: { AUTOMATIONS_DIR: "test/fixtures/automations", TEST_GATE_URL: sink.url(""), CREW_CONCURRENCY: "2" },
  });
});
afterAll(async () => {
  await system?.[Symbol.asyncDispose]();
  await sink?.[Symbol.asyncDispose]();
});

/** Kills the crew worker as soon as it waits at the gate, and starts another, for which the gate is open. */
async function killAtGate(executionId: string): Promise<void> {
  await sink.received(1, `/gate/${executionId}`);
  await system.crewWorkers.at(-1)!.kill("SIGKILL");
  system.crewWorkers.push(await system.add("crew-worker"));
}

/** For each automation: the calls before the gate, and how often the test received each in the end. */
test.each([
  { automation: "gated_flow", inputs: { count: 4 }, before: "before", last: "flow_finished" },
  { automation: "gated_crew", inputs: { topic: "gates" }, before: "desk", last: "crew_kickoff_completed" },
])("$automation: killed in mid-run, another worker goes on", async ({ automation, inputs, before, last }) => {
  sink.script("", ({ path, nth }) => (path.startsWith("/gate/") && nth === 0 ? "hang" : 200));
  const path = `/${automation}`;
  const executionId = await system.client.kickoff(automation, {
    inputs,
    webhooks: [
      { url: sink.url(path), events: ["*"], realtime: true },
      { url: sink.url(`${path}/batched`), events: ["*"] },
    ],
  });
  await killAtGate(executionId);

  expect(await system.client.ended(executionId)).toMatchObject({ state: "SUCCESS" });
  const published = await system.client.events(executionId);
  expectGapless(published);
  expect(new Set(published.map(({ id }) => id)).size).toBe(published.length);
  expect(typesOf(published).filter((type) => type === last)).toHaveLength(1);
  await sink.until(() => sink.events(path).length >= published.length);
  await sink.eventOfType(last, `${path}/batched`);
  // Some had been delivered before the kill; the next worker's events follow them seamlessly.
  expect(deliveredOnce(sink.requests(path))).toEqual(published);
  expect(deliveredOnce(sink.requests(`${path}/batched`))).toEqual(published);

  // A journaled step is not run again; the interrupted one is.
  expect(sink.requests(`/${before}/${executionId}`)).toHaveLength(1);
  expect(sink.requests(`/gate/${executionId}`)).toHaveLength(2);
});

test("a run that was killed publishes the same as an undisturbed one", async () => {
  sink.script("", ({ path, nth }) => (path.startsWith("/gate/") && nth === 0 ? "hang" : 200));
  const killed = await system.client.kickoff("gated_crew", { inputs: { topic: "gates" } });
  await killAtGate(killed);
  sink.script("", 200);
  const whole = await system.client.kickoff("gated_crew", { inputs: { topic: "gates" } });
  await Promise.all([system.client.ended(killed), system.client.ended(whole)]);
  const [first, second] = await Promise.all([system.client.events(killed), system.client.events(whole)]);
  expect(typesOf(first)).toEqual(typesOf(second));
});

test("many runs, their worker killed at an arbitrary time: each arrives completely", async () => {
  const executionIds = await Promise.all(
    Array.from({ length: 8 }, () =>
      system.client.kickoff("research_crew", {
        inputs: exampleInputs.research_crew,
        webhooks: { url: sink.url("/many"), events: ["*"], realtime: true },
      }),
    ),
  );
  // Two run at once: here the first two have started, and most have not.
  await sink.received(10, "/many");
  await system.crewWorkers.at(-1)!.kill("SIGKILL");
  const next = await system.add("crew-worker");
  system.crewWorkers.push(next);
  for (const executionId of executionIds) {
    expect(await system.client.ended(executionId)).toMatchObject({ state: "SUCCESS" });
    const published = await system.client.events(executionId);
    expectGapless(published);
    expect(outlineOf(published)).toEqual(exampleOutlines.research_crew);
    await sink.until(() => requestsOf(sink.requests("/many"), executionId).length >= published.length);
    expect(deliveredOnce(requestsOf(sink.requests("/many"), executionId))).toEqual(published);
  }
  expect(next.logs.some(({ msg }) => msg === "run.finished")).toBe(true);
});
