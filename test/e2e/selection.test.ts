import { afterAll, beforeAll, expect, test } from "vitest";
import { deliveredOnce, typesOf } from "../support/deliveries.ts";
import type { SinkEvent } from "../support/sink-reply.ts";
import { startSystem, type System } from "../support/services.ts";
import { WebhookSink } from "../support/webhook-sink.ts";
import { exampleInputs } from "./example-runs.ts";

let sink: WebhookSink;
let system: System;
let executionId: string;
let published: SinkEvent[];

const modelCall = ["llm_call_started", "llm_call_completed"];
const step = ["crew_step_started", "crew_step_completed"];

/** A selection, and what it selects of a run of `examples/research_crew.ts`: published types, in order. */
const selections: Record<string, { events: string[]; types: string[] }> = {
  exact: {
    events: ["task_completed", "crew_kickoff_started"],
    types: ["crew_kickoff_started", "task_completed", "task_completed"],
  },
  prefix: { events: ["llm_call_*"], types: [...modelCall, ...modelCall, ...modelCall] },
  tool_alias: { events: ["tool_usage_completed"], types: ["tool_usage_finished"] },
  crew_alias: { events: ["crew_execution_completed"], types: ["crew_kickoff_completed"] },
  steps: { events: step, types: [...step, ...step, ...step] },
  custom: { events: ["facts_found"], types: ["facts_found"] },
  mixed: {
    events: ["crew_execution_completed", "crew_kickoff_*", "facts_found", "never_emitted"],
    types: ["crew_kickoff_started", "facts_found", "crew_kickoff_completed"],
  },
};

beforeAll(async () => {
  sink = await WebhookSink.start();
  system = await startSystem();
  const names = Object.keys(selections);
  executionId = await system.client.kickoff("research_crew", {
    inputs: exampleInputs.research_crew,
    webhooks: [
      ...names.map((name) => ({ url: sink.url(`/${name}`), events: selections[name]?.events })),
      { url: sink.url("/all"), events: ["*"] },
    ],
  });
  await system.client.ended(executionId);
  published = await system.client.events(executionId);
  await sink.until(() => sink.events("/all").length === published.length);
});
afterAll(async () => {
  await system?.[Symbol.asyncDispose]();
  await sink?.[Symbol.asyncDispose]();
});

test.each(Object.entries(selections))("%s: $events", async (name, { types }) => {
  const expected = published.filter(({ type }) => types.includes(type));
  expect(typesOf(expected)).toEqual(types);
  await sink.until(() => sink.events(`/${name}`).length >= expected.length);
  const delivered = deliveredOnce(sink.requests(`/${name}`));
  expect(delivered.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
  expect(delivered.map(({ data }) => data)).toEqual(expected.map(({ data }) => data));
});

test("* selects every event, as it was published", () => {
  expect(deliveredOnce(sink.requests("/all"))).toEqual(published);
});

test("an event is delivered under the requested name", () => {
  expect(typesOf(sink.events("/tool_alias"))).toEqual(["tool_usage_completed"]);
  expect(typesOf(sink.events("/crew_alias"))).toEqual(["crew_execution_completed"]);
  expect(typesOf(sink.events("/mixed"))).toEqual(["crew_kickoff_started", "facts_found", "crew_execution_completed"]);
});

test("a custom event has the automation's own data", () => {
  expect(sink.events("/custom")[0]).toMatchObject({ type: "facts_found", data: { count: 3 } });
});

test("steps come in pairs, and a step names its tool", () => {
  const steps = deliveredOnce(sink.requests("/steps"));
  const ends = steps.filter(({ type }) => type === "crew_step_completed");
  const starts = steps.filter(({ type }) => type === "crew_step_started");
  expect(ends.map(({ data }) => data["started_event_id"])).toEqual(starts.map(({ id }) => id));
  expect(ends.map(({ data }) => data["tool"] ?? null)).toEqual(["search_facts", null, null]);
});
