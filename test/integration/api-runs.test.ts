import type { ExecutionId } from "@crewstream/contracts";
import { openSubscriptionSecrets } from "@crewstream/delivery";
import { appendLogs, maxLogLines, readFeed, retireExecution } from "@crewstream/redis";
import { createCipher, Secret } from "@crewstream/service";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestApi, type TestApi } from "../support/api-in-process.ts";
import { createTestExecution } from "../support/executions.ts";
import { playFields, playRun } from "../support/play-deliveries.ts";
import { testToken } from "../support/services.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({ API_TOKENS: `t:${testToken},k:kickoff-token-0123456789:kickoff+read` });
});
afterAll(() => api[Symbol.asyncDispose]());

interface Page {
  items: { id: string; inputs_preview: string | null }[];
  next_cursor: string | null;
}

/** A page of the list; `query` without limit and cursor. */
async function list(query: Record<string, string>): Promise<Page> {
  const text = new URLSearchParams(query).toString();
  const { status, body } = await api.client.get(`/api/v1/executions?${text}`);
  expect(status).toBe(200);
  return body as unknown as Page;
}

const ids = async (query: Record<string, string>): Promise<string[]> =>
  (await list(query)).items.map((each) => each.id);

describe("the list of executions", () => {
  test("shows the beginning of the inputs, and searches by it, by id, by error, by time and by duration", async () => {
    const webhooks = await api.client.kickoff("notes", { inputs: { log: "Durable\nWebhooks", version: "1.5.0" } });
    const long = await api.client.kickoff("notes", { inputs: { log: "y".repeat(600) + "the-end" } });
    const failed = await api.client.kickoff("notes", {});
    const minute = { started_at: String(Date.now() - 60_000), ended_at: String(Date.now()) };
    await playFields(api.store, failed, { state: "FAILED", error: "Connection REFUSED by db", ...minute });

    const page = await list({});
    const previews = new Map(page.items.map(({ id, inputs_preview: preview }) => [id, preview]));
    expect(previews.get(webhooks)).toBe("log: Durable Webhooks, version: 1.5.0");
    expect(previews.get(long)).toHaveLength(500);
    expect(previews.get(failed)).toBeNull();
    expect(JSON.stringify(page)).not.toContain("the-end");

    expect(await ids({ search: "durable webhooks" })).toEqual([webhooks]);
    expect(await ids({ search: "refused by" })).toEqual([failed]);
    expect(await ids({ search: webhooks.slice(-12).toUpperCase() })).toEqual([webhooks]);
    expect(await ids({ search: "nothing has this" })).toEqual([]);
    expect(await ids({ min_duration_ms: "59000" })).toEqual([failed]);
    expect(await ids({ min_duration_ms: "61000" })).toEqual([]);

    const [last, middle, first] = await ids({});
    const createdAt = async (id: string | undefined): Promise<string> =>
      String((await api.client.get(`/api/v1/executions/${String(id)}`)).body["created_at"]);
    expect(await ids({ since: await createdAt(middle) })).toEqual([last, middle]);
    expect(await ids({ until: await createdAt(middle) })).toEqual([middle, first]);
    expect((await api.client.get("/api/v1/executions?since=yesterday")).status).toBe(400);
  });

  test("reads 1,000 executions for a page, however many there are, and continues from there", async () => {
    const wanted = await api.client.kickoff("notes", { inputs: { log: "needle" } });
    for (let made = 0; made < 1100; made += 100) {
      await Promise.all(Array.from({ length: 100 }, () => createTestExecution(api.store)));
    }
    const first = await list({ search: "needle" });
    expect(first).toEqual({ items: [], next_cursor: expect.any(String) });
    const second = await list({ search: "needle", cursor: String(first.next_cursor) });
    expect(second.items.map(({ id }) => id)).toEqual([wanted]);
    // A time range is found in the index: it costs the same far back as at the top.
    const at = String((await api.client.get(`/api/v1/executions/${wanted}`)).body["created_at"]);
    expect((await list({ search: "needle", until: at, since: at })).items).toHaveLength(1);
  });
});

describe("a rerun", () => {
  const cipher = createCipher([new Secret(Buffer.alloc(32, 7).toString("base64"))]);
  const webhook = {
    url: "http://127.0.0.1:9/hook?key=hush",
    events: ["flow_*"],
    authentication: { strategy: "bearer", token: "hush-token" },
  };
  const rerun = (id: string, body: unknown = {}, options: { token?: string } = {}) =>
    api.client.post(`/api/v1/executions/${id}/rerun`, body, options);

  async function feedOf(id: string, feed = 0) {
    const executionId = id as ExecutionId;
    const subscription = (await readFeed(api.store, { executionId, feed }))?.subscription;
    const secrets = openSubscriptionSecrets(cipher, { executionId, feed }, subscription?.sealedSecrets);
    return { subscription, secrets };
  }

  test("has the same inputs, and the same webhooks with their secrets, except for replays", async () => {
    const first = await api.client.kickoff("notes", { inputs: { log: "a" }, webhooks: [webhook] });
    await playRun(api.store, first, ["flow_started"]);
    await api.client.post(`/api/v1/executions/${first}/replay`, { url: "http://127.0.0.1:9/elsewhere" });
    const { status, body } = await rerun(first);
    expect(status).toBe(200);
    const again = String(body["kickoff_id"]);
    expect(again).not.toBe(first);
    expect((await api.client.get(`/api/v1/executions/${again}`)).body).toMatchObject({
      automation: "notes",
      inputs: { log: "a" },
      subscriptions: [{ url: "http://127.0.0.1:9/hook?key=…", events: ["flow_*"] }],
    });
    const { subscription, secrets } = await feedOf(again);
    expect(subscription?.url).toBe(webhook.url);
    expect(secrets.authentication).toEqual(webhook.authentication);
  });

  test("accepts other inputs and webhooks, which get none of the run's secrets", async () => {
    const first = await api.client.kickoff("notes", { inputs: { log: "a" }, webhooks: [webhook] });
    const { body } = await rerun(first, { inputs: { log: "b" }, webhooks: [] });
    const again = await api.client.get(`/api/v1/executions/${String(body["kickoff_id"])}`);
    expect(again.body).toMatchObject({ inputs: { log: "b" }, subscriptions: [] });
    const other = await rerun(first, { webhooks: { url: "http://127.0.0.1:9/other", events: ["*"] } });
    const { subscription, secrets } = await feedOf(String(other.body["kickoff_id"]));
    expect(subscription).toMatchObject({ url: "http://127.0.0.1:9/other", events: ["*"] });
    expect(secrets).toEqual({});
    expect((await rerun(first, { webhooks: { url: "http://10.0.0.1/", events: ["*"] } })).status).toBe(400);
  });

  test("with the webhooks of another token's run requires the scope admin", async () => {
    const token = "kickoff-token-0123456789";
    const first = await api.client.kickoff("notes", { webhooks: [webhook] });
    expect((await rerun(first, {}, { token })).status).toBe(403);
    expect((await rerun(first, { webhooks: [] }, { token })).status).toBe(200);
    expect((await rerun("01a20944-d2f6-74b0-9b79-979419da00a5")).status).toBe(404);
  });

  test("is one run per idempotency key", async () => {
    const first = await api.client.kickoff("notes", {});
    const send = () =>
      api.client.send("POST", `/api/v1/executions/${first}/rerun`, "{}", { headers: { "idempotency-key": "k1" } });
    const [one, two] = [await send(), await send()];
    expect(two.body).toEqual(one.body);
  });
});

describe("a run's output", () => {
  test("is returned with times, limited to the newest lines, and expires with its run", async () => {
    const id = (await api.client.kickoff("notes", {})) as ExecutionId;
    const logs = async () => (await api.client.get(`/api/v1/executions/${id}/logs`)).body;
    expect(await logs()).toEqual({ lines: [], truncated: false });
    const line = (index: number) => ({ at: 1000 + index, output: "stdout" as const, line: `line ${index}` });
    await appendLogs(api.store, id, [line(0)]);
    expect(await logs()).toEqual({
      lines: [{ at: "1970-01-01T00:00:01.000Z", output: "stdout", line: "line 0" }],
      truncated: false,
    });
    await appendLogs(
      api.store,
      id,
      Array.from({ length: maxLogLines + 50 }, (_, index) => line(index + 1)),
    );
    await appendLogs(api.store, id, [line(9999)]);
    const full = (await logs()) as { lines: { line: string }[]; truncated: boolean };
    expect(full).toMatchObject({ truncated: true });
    expect(full.lines).toHaveLength(maxLogLines);
    expect(full.lines.at(-1)?.line).toBe("line 9999");

    const key = api.store.keys.execution(id).logs;
    await playRun(api.store, id, ["flow_started"]);
    await retireExecution(api.store, id, { feeds: 0, retentionMs: 60_000 });
    expect(await api.store.redis.pttl(key)).toBeGreaterThan(0);
    // A line that arrives late expires with the rest, and one of a run that is gone is not stored.
    await api.store.redis.del(key);
    await appendLogs(api.store, id, [line(1)]);
    expect(await api.store.redis.pttl(key)).toBeGreaterThan(0);
    await api.store.redis.del(key, api.store.keys.execution(id).exec);
    await appendLogs(api.store, id, [line(1)]);
    expect(await api.store.redis.exists(key)).toBe(0);
  });
});

describe("the statistics of an automation", () => {
  test("count how its runs of the range ended, and how long they took", async () => {
    const start = Date.now() - 60_000;
    const durations = [100, 200, 300, 400];
    for (const ms of durations) {
      const id = await api.client.kickoff("briefing", { inputs: { topic: "t", audience: "a" } });
      const state = ms === 400 ? "FAILED" : "SUCCESS";
      await playFields(api.store, id, { state, started_at: String(start), ended_at: String(start + ms) });
    }
    await api.client.kickoff("briefing", { inputs: { topic: "t", audience: "a" } });
    const stats = (range: string) => api.client.get(`/api/v1/automations/briefing/stats?range=${range}`);
    const { body } = await stats("15m");
    expect(body).toMatchObject({
      runs: 5,
      is_partial: false,
      succeeded: 3,
      failed: 1,
      cancelled: 0,
      live: 1,
      success_rate: 0.75,
      p50_ms: 200,
      p95_ms: 400,
    });
    expect(body["steps"]).toHaveLength(15);
    expect((body["steps"] as unknown[]).at(-1)).toMatchObject({ succeeded: 3, failed: 1 });
    expect((await stats("7d")).body).toMatchObject({ runs: 5, success_rate: 0.75 });
    expect((await stats("1y")).status).toBe(400);
    expect((await api.client.get("/api/v1/automations/unknown/stats")).body).toMatchObject({
      runs: 0,
      success_rate: null,
      p50_ms: null,
    });
  });

  test("read the newest 1,000 runs, and say so", async () => {
    for (let made = 0; made < 1100; made += 100) {
      await Promise.all(Array.from({ length: 100 }, () => createTestExecution(api.store, [], { automation: "busy" })));
    }
    const { body } = await api.client.get("/api/v1/automations/busy/stats?range=1h");
    expect(body).toMatchObject({ runs: 1000, is_partial: true });
  });
});
