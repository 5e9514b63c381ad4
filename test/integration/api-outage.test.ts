import { expect, test } from "vitest";
import { startTestApi } from "../support/api-in-process.ts";
import { eventually } from "../support/eventually.ts";
import { dumpKeys, FaultyRedis } from "../support/redis.ts";

/** Kickoffs and reads that all need Redis. */
const needy: [method: string, path: string][] = [
  ["POST", "/automations/notes/kickoff"],
  ["GET", "/inputs"],
  ["GET", "/status/01a20944-d2f6-74b0-9b79-979419da00a5"],
  ["GET", "/api/v1/executions/01a20944-d2f6-74b0-9b79-979419da00a5"],
  ["GET", "/api/v1/automations"],
];

/** 503 with whole seconds. */
async function expectRefusals(send: (method: string, path: string) => Promise<{ status: number; headers: Headers }>) {
  await Promise.all(
    needy.map(async ([method, path]) => {
      const answer = await send(method, path);
      expect([path, answer.status, answer.headers.get("retry-after")]).toEqual([path, 503, "2"]);
    }),
  );
}

test.each(["away", "silent"] as const)(
  "with Redis %s every route responds 503, nothing is half done, and everything recovers",
  async (how) => {
    await using redis = await FaultyRedis.start();
    await using api = await startTestApi({ REDIS_URL: redis.url });
    const send = (method: string, path: string) =>
      api.client.send<Record<string, unknown>>(method, path, method === "POST" ? "{}" : undefined);
    expect((await send("GET", "/inputs")).status).toBe(200);

    if (how === "away") await redis.kill("SIGKILL");
    else redis.freeze();
    await eventually(async () => expect((await send("GET", "/readyz")).status).toBe(503));
    // The list of served automations is cached for a second.
    await eventually(async () => expect((await send("GET", "/inputs")).status).toBe(503));
    await expectRefusals(send);
    expect((await send("GET", "/healthz")).status).toBe(200);

    if (how === "away") await redis.restart();
    else redis.thaw();
    await eventually(async () => expect((await send("GET", "/readyz")).status).toBe(200));
    // Rejected kickoffs do not exist in the end, even if Redis had read the request before it froze.
    await eventually(async () => {
      const keys = [...(await dumpKeys(redis.url)).keys()];
      expect(keys.filter((key) => key.endsWith(":exec"))).toEqual([]);
    });
    const id = await eventually(() => api.client.kickoff("notes", {}));
    expect((await send("GET", `/status/${id}`)).status).toBe(200);
  },
);

test("a full Redis is an outage too", async () => {
  await using redis = await FaultyRedis.start();
  await using api = await startTestApi({ REDIS_URL: redis.url });
  expect((await api.client.post("/automations/notes/kickoff", {})).status).toBe(200);
  await api.store.redis.config("SET", "maxmemory", "1");
  const refused = await api.client.post("/automations/notes/kickoff", {});
  expect(refused).toMatchObject({ status: 503, body: { error: "Service Unavailable" } });
  expect(refused.headers.get("retry-after")).toBe("2");
  await api.store.redis.config("SET", "maxmemory", "0");
  expect((await api.client.post("/automations/notes/kickoff", {})).status).toBe(200);
});

test("a kickoff that Redis read before it froze is undone", async () => {
  await using redis = await FaultyRedis.start();
  await using api = await startTestApi({ REDIS_URL: redis.url });
  expect((await api.client.get("/inputs")).status).toBe(200);
  redis.freeze();
  const refused = await api.client.post("/automations/notes/kickoff", {});
  redis.thaw();
  expect(refused).toMatchObject({ status: 503, body: { message: expect.stringContaining("nothing was started") } });
  await eventually(async () => {
    const keys = [...(await dumpKeys(redis.url)).keys()];
    // The index shows that Redis had executed it.
    expect(keys.some((key) => key.endsWith("{index}:executions"))).toBe(true);
    expect(keys.filter((key) => key.endsWith(":exec"))).toEqual([]);
  });
});

test("a failed kickoff with a key succeeds when it is repeated, once", async () => {
  await using redis = await FaultyRedis.start();
  await using api = await startTestApi({ REDIS_URL: redis.url });
  const kickoff = () =>
    api.client.post("/automations/notes/kickoff", { inputs: {} }, { headers: { "idempotency-key": "k" } });
  expect((await api.client.get("/inputs")).status).toBe(200);
  redis.freeze();
  expect((await kickoff()).status).toBe(503);
  redis.thaw();
  const answer = await eventually(async () => {
    const again = await kickoff();
    expect(again.status).toBe(200);
    return again;
  });
  expect((await kickoff()).body["kickoff_id"]).toBe(answer.body["kickoff_id"]);
  const keys = [...(await dumpKeys(redis.url)).keys()];
  expect(keys.filter((key) => key.endsWith(":exec"))).toHaveLength(1);
});
