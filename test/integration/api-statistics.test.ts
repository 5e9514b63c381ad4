import { addTallies, emptyTally, type Tally } from "@crewstream/redis";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startTestApi, type TestApi } from "../support/api-in-process.ts";
import { playDeliveries, playRun } from "../support/play-deliveries.ts";

let api: TestApi;
beforeEach(async () => {
  api = await startTestApi();
});
afterEach(() => api[Symbol.asyncDispose]());

const url = "http://127.0.0.1:9/hook";

test("statistics contain the oldest undelivered event of any webhook", async () => {
  const oldest = async () => (await api.client.get("/api/v1/stats")).body["oldest_undelivered_at"];
  const kickoff = (events: string[]) => api.client.kickoff("notes", { webhooks: { url, events } });
  await playRun(api.store, await kickoff(["nothing_of_this"]), ["flow_started", "a"], false);
  expect(await oldest()).toBeNull();
  const [first, second] = [await kickoff(["a"]), await kickoff(["a"])];
  await playRun(api.store, first, ["flow_started", "a"], false);
  await playRun(api.store, second, ["flow_started", "a"], false);
  const published = async (id: string) => {
    const { body } = await api.client.get<{ events: { timestamp: string }[] }>(`/api/v1/executions/${id}/events`);
    return body.events[1]?.timestamp;
  };
  expect(await oldest()).toBe(await published(first));
  await playDeliveries(api.store, first, { feed: 0, url, deliveries: [{ first: 2, last: 2, outcome: "parked" }] });
  expect(await oldest()).toBe(await published(first));
  await playDeliveries(api.store, second, { feed: 0, url, deliveries: [{ first: 2, last: 2, outcome: "delivered" }] });
  expect((await api.client.post(`/api/v1/deliveries/dlv_${first.replaceAll("-", "")}_0_2/discard`)).status).toBe(200);
  expect(await oldest()).toBeNull();
});

test("statistics cover deliveries, runs, queues and processes", async () => {
  const failed = await api.client.kickoff("notes", { webhooks: { url, events: ["*"] } });
  await playRun(api.store, failed, ["flow_started", "flow_finished"]);
  await playDeliveries(api.store, failed, {
    feed: 0,
    url,
    deliveries: [{ first: 1, last: 1, outcome: "dead", status: 500 }],
  });
  await api.client.kickoff("notes", {});
  const { body } = await api.client.get("/api/v1/stats");
  expect(body).toMatchObject({
    recent: { delivered: 1, failed: 2 },
    deliveries: { dead: 1, retrying: 0 },
    executions: { live: 1 },
    processes: [{ kind: "api" }],
  });
  expect(body["queues"]).toContainEqual(expect.objectContaining({ queue: "runs" }));
});

test("the history of a range has minutes of an hour, hours of a week, of all or of one endpoint", async () => {
  const now = Date.now();
  const hourMs = 3_600_000;
  const tally = (more: Partial<Tally>): Tally => ({ ...emptyTally(), ...more });
  await addTallies(api.store, new Map([["https://a.test:443", tally({ delivered: 3, events: 9 })]]), now - 5 * hourMs);
  await addTallies(api.store, new Map([["https://b.test:443", tally({ failed: 2 })]]), now);
  const history = async (query: string) => {
    const { body } = await api.client.get<{ steps: { at: string; delivered: number; failed: number }[] }>(
      `/api/v1/stats/history?${query}`,
    );
    return body.steps;
  };
  const sum = (steps: { delivered: number; failed: number }[]): number[] => [
    steps.length,
    steps.reduce((total, { delivered }) => total + delivered, 0),
    steps.reduce((total, { failed }) => total + failed, 0),
  ];
  expect(sum(await history("range=15m"))).toEqual([15, 0, 2]);
  expect(sum(await history("range=1h"))).toEqual([60, 0, 2]);
  expect(sum(await history("range=24h"))).toEqual([24, 3, 2]);
  expect(sum(await history("range=7d"))).toEqual([168, 3, 2]);
  expect(sum(await history("range=7d&endpoint=https://a.test:443"))).toEqual([168, 3, 0]);
  const [day] = (await history("range=24h")).slice(-6);
  expect(day).toMatchObject({ delivered: 3, at: new Date(Math.floor(now / hourMs - 5) * hourMs).toISOString() });
});
