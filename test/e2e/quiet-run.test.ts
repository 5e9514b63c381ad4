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

test("a run that has gone quiet: earlier events arrive in a batch, although the run has not ended", async () => {
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

test("subscriptions added to a run get later events, or all, and a removed one gets nothing more", async () => {
  const gate = Promise.withResolvers<void>();
  sink.script("", ({ path }) => (path.startsWith("/gate/") ? { status: 200, after: gate.promise } : 200));
  const executionId = await system.client.kickoff("gated_flow", {
    inputs: { count: 3 },
    webhooks: { url: sink.url("/first"), events: ["item_noted"], realtime: true },
  });
  await sink.until(() => sink.events("/first").length === 3);

  const path = `/api/v1/executions/${executionId}/subscriptions`;
  const settings = { events: ["item_noted", "flow_finished"], realtime: true };
  const add = (name: string, more: object = {}) =>
    system.client.post(path, { url: sink.url(name), ...settings, ...more });
  const late = await add("/late");
  expect(late).toMatchObject({ status: 201, body: { feed: 1, state: "open", realtime: true } });
  expect(await add("/whole", { from: 1, authentication: { strategy: "bearer", token: "s3cret" } })).toMatchObject({
    status: 201,
    body: { feed: 2, has_secrets: true },
  });
  expect(await system.client.send("DELETE", `${path}/0`)).toMatchObject({ status: 200, body: { state: "closed" } });
  const listed = await system.client.get<{ items: { feed: number; state: string }[] }>(path);
  expect(listed.body.items.map(({ feed, state }) => [feed, state])).toEqual([
    [0, "closed"],
    [1, "open"],
    [2, "open"],
  ]);
  await sink.until(() => sink.events("/whole").length === 3);

  gate.resolve();
  await sink.eventOfType("flow_finished", "/late");
  await sink.eventOfType("flow_finished", "/whole");
  const notes = (name: string) =>
    sink.events(name).flatMap(({ data }) => (data["n"] === undefined ? [] : [Number(data["n"])]));
  expect(notes("/late").toSorted((one, other) => one - other)).toEqual([4, 5, 6]);
  expect(notes("/whole").toSorted((one, other) => one - other)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(notes("/first")).toEqual([1, 2, 3]);
  expect(sink.requests("/whole")[0]?.headers["authorization"]).toBe("Bearer s3cret");

  expect(await add("/bad", { events: [] })).toMatchObject({ status: 400, body: { details: { path: "events" } } });
  expect(await system.client.send("DELETE", `${path}/9`)).toMatchObject({ status: 404 });
});
