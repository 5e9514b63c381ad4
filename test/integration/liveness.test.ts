import { once } from "node:events";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { startTestApi, type TestApi } from "../support/api-in-process.ts";
import { eventually } from "../support/eventually.ts";
import { FaultyRedis } from "../support/redis.ts";

/** Checks of connections are made by an interval: a minute of them passes at once. */
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
});
afterEach(() => {
  vi.useRealTimers();
});

const healthz = (api: TestApi) => api.client.send<string>("GET", "/healthz");

test("a connection that neither responds nor reconnects is a reason for a restart", async () => {
  await using redis = await FaultyRedis.start();
  await using api = await startTestApi({ REDIS_URL: redis.url });
  const { redis: client, connections } = api.store;
  // As if ioredis had given up: nothing in this process reconnects.
  client.disconnect();
  await once(client, "end");
  vi.advanceTimersByTime(50_000);
  expect(connections.defect).toBeUndefined();
  vi.advanceTimersByTime(20_000);
  expect(connections.defect).toContain("store (commands)");

  // The API's own connection had no chance to respond in a minute that passed at once; the next checks hear it.
  await eventually(async () => {
    vi.advanceTimersByTime(2500);
    expect((await healthz(api)).status).toBe(200);
  });
  const sentence = vi.spyOn(Object.getPrototypeOf(connections) as typeof connections, "defect", "get");
  sentence.mockReturnValue("The connection is stuck.");
  expect(await healthz(api)).toMatchObject({ status: 503 });
  sentence.mockRestore();
});

test("an outage of Redis is not a reason for a restart, however long it is", async () => {
  await using redis = await FaultyRedis.start();
  await using api = await startTestApi({ REDIS_URL: redis.url });
  await redis.kill("SIGKILL");
  for (let minutes = 0; minutes < 5; minutes += 1) {
    // The test's own store reconnects at the same times as the API.
    await new Promise((resolve) => api.store.redis.once("reconnecting", resolve));
    vi.advanceTimersByTime(50_000);
    expect([(await healthz(api)).status, api.store.connections.defect]).toEqual([200, undefined]);
  }
  await redis.restart();
  await eventually(async () => expect((await api.client.get("/inputs")).status).toBe(200));
});
