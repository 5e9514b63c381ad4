import { endpointId } from "@crewstream/contracts";
import { readFeedHead, readOpenDelivery, tidyExecutions } from "@crewstream/redis";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startTestApi, type TestApi } from "../support/api-in-process.ts";
import { playDeliveries, playRun, type PlayedDelivery } from "../support/play-deliveries.ts";

let api: TestApi;
beforeEach(async () => {
  api = await startTestApi();
});
afterEach(() => api[Symbol.asyncDispose]());

const url = "http://127.0.0.1:9/hook?key=hush";
const endpoint = endpointId(new URL(url));

interface Listed {
  items: Record<string, unknown>[];
  next_cursor: string | null;
}

const get = async (path: string): Promise<Listed> => (await api.client.get(`/api/v1${path}`)).body as unknown as Listed;

/** Reads a list to its end. */
async function all(path: string): Promise<Record<string, unknown>[]> {
  const items: Record<string, unknown>[] = [];
  for (let cursor: string | null = ""; cursor !== null;) {
    const page: Listed = await get(`${path}${cursor === "" ? "" : `&cursor=${cursor}`}`);
    items.push(...page.items);
    cursor = page.next_cursor;
  }
  return items;
}

/** A run with one webhook and deliveries in these states; `id` of the n-th is `deliveries[n]`. */
async function deliver(...deliveries: PlayedDelivery[]): Promise<{ execution: string; deliveries: string[] }> {
  const execution = await api.client.kickoff("notes", {
    webhooks: { url, events: ["*"], authentication: { strategy: "bearer", token: "hush-token" } },
  });
  await playRun(api.store, execution, [
    "flow_started",
    "method_execution_started",
    "method_execution_finished",
    "a",
    "b",
  ]);
  await playDeliveries(api.store, execution, { feed: 0, url, deliveries });
  return { execution, deliveries: deliveries.map(({ first }) => `dlv_${execution.replaceAll("-", "")}_0_${first}`) };
}

describe("executions", () => {
  test("are listed newest first, in pages, by state and automation", async () => {
    const ids: string[] = [];
    for (let index = 0; index < 7; index += 1) ids.push(await api.client.kickoff("notes", {}));
    const crew = await api.client.kickoff("briefing", { inputs: { topic: "t", audience: "a" } });
    for (const id of ids.slice(0, 3)) await playRun(api.store, id, ["flow_started"]);
    await api.client.post(`/stop/${ids[3]!}`);

    const seen = async (query: string) => (await all(`/executions?limit=2&${query}`)).map(({ id }) => id);
    expect(await seen("")).toEqual([crew, ...ids.toReversed()]);
    expect(await seen("automation=briefing")).toEqual([crew]);
    expect(await seen("status=SUCCESS")).toEqual(ids.slice(0, 3).toReversed());
    expect(await seen("status=revoked&automation=notes")).toEqual([ids[3]]);
    expect(await seen("status=PENDING")).toEqual([crew, ...ids.slice(4).toReversed()]);
    expect(await seen("status=failure")).toEqual([]);
  });

  test("that have expired are removed from the lists", async () => {
    const [kept, expired] = [await api.client.kickoff("notes", {}), await api.client.kickoff("notes", {})];
    await api.store.redis.del(`${api.env["KEY_PREFIX"]!}:{${expired}}:exec`);
    expect((await all("/executions?limit=1")).map(({ id }) => id)).toEqual([kept]);
    await tidyExecutions(api.store, Date.now() + 120_000);
    const index = await api.store.redis.zrange(api.store.keys.executionIndex, "0", "-1");
    expect(index).toEqual([kept]);
  });

  test("show their feeds without secrets", async () => {
    const { execution } = await deliver({ first: 1, last: 3, outcome: "parked", status: 500 });
    const answer = await api.client.get(`/api/v1/executions/${execution}`);
    expect(answer.body).toMatchObject({
      state: "SUCCESS",
      result: "done",
      events: 5,
      subscriptions: [
        { feed: 0, url: "http://127.0.0.1:9/hook?key=…", endpoint, has_secrets: true, retrying: 1, cursor: 3 },
      ],
    });
    expect(JSON.stringify(answer.body)).not.toContain("hush");
  });

  test("are replayed to the same or another URL, never with the old secrets", async () => {
    const { execution } = await deliver({ first: 1, last: 5, outcome: "delivered" });
    const replay = (body: unknown) => api.client.post(`/api/v1/executions/${execution}/replay`, body);
    expect(await replay({ from: 2, to: 3 })).toMatchObject({ status: 202, body: { execution_id: execution, feed: 1 } });
    expect(await replay({ url: "http://127.0.0.1:9/other", types: ["a"] })).toMatchObject({ body: { feed: 2 } });
    const heads = await Promise.all([1, 2].map((feed) => readFeedHead(api.store, execution as never, feed)));
    expect(heads).toMatchObject([
      { subscription: { url, replayOf: execution, sealedSecrets: expect.any(String) } },
      { subscription: { url: "http://127.0.0.1:9/other", events: ["a"] } },
    ]);
    expect(heads[1]?.subscription.sealedSecrets).toBeUndefined();
    expect((await replay({ from: 9 })).status).toBe(400);
    expect((await replay({ url: "http://10.0.0.1/" })).body).toMatchObject({ error: "Forbidden Address" });
    expect((await replay({ authentication: { strategy: "bearer", token: "x" } })).status).toBe(400);
    expect((await replay({ feed: 77 })).status).toBe(400);
    const none = "01a20944-d2f6-74b0-9b79-979419da00a5";
    expect((await api.client.post(`/api/v1/executions/${none}/replay`, {})).status).toBe(404);
  });
});

describe("deliveries", () => {
  test("are listed by state, over all executions or of one, in pages", async () => {
    const first = await deliver(
      { first: 1, last: 1, outcome: "delivered" },
      { first: 2, last: 2, outcome: "parked", status: 500 },
      { first: 3, last: 3, outcome: "dead", status: 404 },
      { first: 4, last: 5, outcome: "under way" },
    );
    const second = await deliver(
      { first: 1, last: 2, outcome: "parked", reason: "ECONNREFUSED" },
      { first: 3, last: 3, outcome: "parked", status: 500 },
      { first: 4, last: 4, outcome: "delivered" },
    );
    const [delivered, retrying, dead, pending] = first.deliveries;
    const seen = async (query: string) => (await all(`/deliveries?limit=1&${query}`)).map(({ id }) => id);
    expect(new Set(await seen("state=retrying"))).toEqual(
      new Set([retrying, second.deliveries[0], second.deliveries[1]]),
    );
    expect(await seen("state=dead")).toEqual([dead]);
    expect(await seen("state=pending")).toEqual([pending]);
    expect(new Set(await seen("state=delivered"))).toEqual(new Set([delivered, second.deliveries[2]]));
    expect(await seen(`state=retrying&execution_id=${second.execution}`)).toEqual(second.deliveries.slice(0, 2));
    expect(await seen(`state=delivered&execution_id=${second.execution}`)).toEqual([second.deliveries[2]]);
    expect(await seen(`state=pending&execution_id=${first.execution}`)).toEqual([pending]);
    expect(new Set(await seen(`state=retrying&endpoint=${endpoint}`)).size).toBe(3);
    expect(await seen("state=retrying&endpoint=ep_nowhere")).toEqual([]);
    expect(await seen("state=retrying&reason=ECONNREFUSED")).toEqual([second.deliveries[0]]);
    expect(await seen("state=dead&execution_id=nonsense")).toEqual([]);
    for (const state of ["delivered", "retrying", "dead"]) {
      expect((await all(`/deliveries?state=${state}`)).every((item) => item["last_attempt_at"] !== null)).toBe(true);
    }
  });

  test("with the same failure are one group", async () => {
    await deliver(
      { first: 1, last: 2, outcome: "dead", status: 500 },
      { first: 3, last: 3, outcome: "dead", status: 404 },
    );
    await deliver({ first: 1, last: 1, outcome: "dead", status: 500 });
    expect(await get("/deliveries/groups?state=dead")).toMatchObject({
      items: [
        { endpoint, origin: "http://127.0.0.1:9", outcome: "rejected", status: 500, deliveries: 2, events: 3 },
        { status: 404, deliveries: 1 },
      ],
      looked_at: 3,
      total: 3,
    });
  });

  test("one shows its attempts, its events, and no secret", async () => {
    const { deliveries } = await deliver({ first: 2, last: 3, outcome: "parked", status: 500 });
    const answer = await api.client.get(`/api/v1/deliveries/${deliveries[0]!}`);
    expect(answer.body).toMatchObject({
      state: "retrying",
      url: "http://127.0.0.1:9/hook?key=…",
      attempts: 1,
      last_attempt_at: expect.stringMatching(/^20/),
      status: 500,
      attempt_log: [{ attempt: 1, status: 500, response: "answer", settled: "parked" }],
      event_list: [{ seq: 2, type: "method_execution_started" }, { seq: 3 }],
    });
    expect(JSON.stringify(answer.body)).not.toContain("hush");
    for (const id of ["nope", "dlv_x_0_1", deliveries[0]!.replace(/_2$/, "_9")]) {
      expect((await api.client.get(`/api/v1/deliveries/${id}`)).status).toBe(404);
    }
  });

  test("are retried and discarded, but not while their first attempt is in flight", async () => {
    const { execution, deliveries } = await deliver(
      { first: 1, last: 1, outcome: "parked", status: 500 },
      { first: 2, last: 2, outcome: "dead", status: 500 },
      { first: 3, last: 3, outcome: "under way" },
    );
    const act = async (index: number, what: string) =>
      (await api.client.post(`/api/v1/deliveries/${deliveries[index]!}/${what}`)).status;
    expect(await act(1, "retry")).toBe(202);
    expect(await readOpenDelivery(api.store, { executionId: execution as never, feed: 0 }, 2)).toMatchObject({
      state: "parked",
    });
    expect(await act(0, "discard")).toBe(200);
    expect(await act(0, "discard")).toBe(404);
    expect(await act(0, "retry")).toBe(404);
    expect(await act(2, "retry")).toBe(409);
    expect(await act(2, "discard")).toBe(409);
  });

  test("are counted and retried by a filter", async () => {
    await deliver(
      { first: 1, last: 1, outcome: "dead", status: 500 },
      { first: 2, last: 2, outcome: "dead", status: 404 },
    );
    const retry = (body: unknown) => api.client.post("/api/v1/deliveries/retry", body);
    expect(await retry({ filter: { state: "dead" }, dry_run: true })).toMatchObject({
      status: 200,
      body: { total: 2 },
    });
    expect((await retry({ filter: { state: "dead", status: 404 }, dry_run: true })).body["total"]).toBe(1);
    const begun = await retry({ filter: { state: "dead", status: 404 } });
    expect(begun).toMatchObject({ status: 202, body: { state: "running", total: 1, done: 0 } });
    expect((await api.client.get(`/api/v1/deliveries/retry/${String(begun.body["id"])}`)).body).toEqual(begun.body);
    expect((await api.client.get("/api/v1/deliveries/retry/nope")).status).toBe(404);
    expect((await retry({ filter: {} })).body).toMatchObject({ details: { path: "filter.state" } });
  });

  test("are counted and discarded by a filter", async () => {
    await deliver(
      { first: 1, last: 1, outcome: "dead", status: 500 },
      { first: 2, last: 2, outcome: "dead", status: 404 },
    );
    const discard = (body: unknown) => api.client.post("/api/v1/deliveries/discard", body);
    const { body: counted } = await discard({ filter: { state: "dead", status: 404 }, dry_run: true });
    expect(counted).toEqual({ id: null, state: "counted", total: 1, done: 0, skipped: 0 });
    const begun = await discard({ filter: { state: "dead", status: 404 } });
    expect(begun).toMatchObject({ status: 202, body: { state: "running", total: 1, done: 0 } });
    expect((await api.client.get(`/api/v1/bulk-retries/${String(begun.body["id"])}`)).body).toEqual(begun.body);
  });

  test("are shown live", async () => {
    const response = await fetch(`${api.url}/api/v1/deliveries/live`, {
      headers: { authorization: `Bearer ${api.client.token}` },
    });
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader.read()).value).toBe("retry: 1000\n");
    // The first read only finds the end of the log: attempts are made until one was seen.
    const sending = new AbortController();
    const send = async () => {
      while (!sending.signal.aborted) await deliver({ first: 1, last: 1, outcome: "delivered" });
    };
    const sent = send();
    const { value } = await reader.read();
    sending.abort();
    await sent;
    expect(JSON.parse(/^data: (.*)$/m.exec(value!)![1]!)).toMatchObject({
      endpoint,
      outcome: "delivered",
      status: 200,
    });
    await reader.cancel();
  });
});

describe("endpoints", () => {
  test("are listed with delivery totals, paused and resumed", async () => {
    await deliver(
      { first: 1, last: 1, outcome: "dead", status: 500 },
      { first: 2, last: 2, outcome: "parked", status: 500 },
    );
    const [item] = await all("/endpoints?limit=1");
    expect(item).toMatchObject({
      id: endpoint,
      origin: "http://127.0.0.1:9",
      paused: false,
      breaker: { state: "closed" },
      in_flight: 0,
      retrying: 1,
      dead: 1,
      recent: { delivered: 1, failed: 2, success_rate: 1 / 3 },
    });
    const act = (what: string) => api.client.post(`/api/v1/endpoints/${endpoint}/${what}`);
    expect((await act("pause")).body).toMatchObject({ paused: true });
    const detail = await api.client.get<{ paused: boolean; minutes: unknown[] }>(`/api/v1/endpoints/${endpoint}`);
    expect(detail.body.paused).toBe(true);
    expect(detail.body.minutes).toHaveLength(60);
    expect((await act("resume")).body).toMatchObject({ paused: false });
    for (const id of ["nope", "ep_", endpointId(new URL("https://never.example"))]) {
      expect((await api.client.post(`/api/v1/endpoints/${id}/pause`)).status).toBe(404);
    }
  });
});

test.each(["/executions", "/deliveries", "/endpoints"])("%s rejects a cursor that it did not return", async (path) => {
  for (const cursor of ["nonsense", Buffer.from("{}").toString("base64url"), "%00"]) {
    const answer = await api.client.get(`/api/v1${path}?cursor=${cursor}`);
    expect(answer).toMatchObject({ status: 400, body: { details: { path: "cursor" } } });
  }
});
