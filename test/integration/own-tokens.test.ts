import type { ExecutionId } from "@crewstream/contracts";
import { loadFlowState, readExecution, saveFlowState } from "@crewstream/redis";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestApi, type TestApi } from "../support/api-in-process.ts";
import { createTestExecution } from "../support/executions.ts";
import { playDeliveries, playFields, playRun } from "../support/play-deliveries.ts";

const url = "http://127.0.0.1:9/hook";
const requestId = "6e1f2b64-1111-4222-8333-444455556666";
const unknown = "01a20944-d2f6-74b0-9b79-979419da00a5";
/** Paths of a run and of one that waits for a person. */
interface Started {
  ended: string;
  paused: string;
}

let api: TestApi;
let ann: Started;
let bob: Started;
beforeAll(async () => {
  api = await startTestApi({
    API_TOKENS:
      "whole:whole-token-0123456789,ann:ann-token:kickoff+read+admin+own,bob:bob-token:kickoff+read+admin+own",
    INSPECTOR: "1",
  });
  ann = await play("ann-token");
  bob = await play("bob-token");
});
afterAll(() => api[Symbol.asyncDispose]());

async function kickoff(token: string): Promise<string> {
  const body = { webhooks: { url, events: ["*"] } };
  const answer = await api.client.post("/automations/notes/kickoff", body, { token });
  return String(answer.body["kickoff_id"]);
}

async function play(token: string): Promise<Started> {
  const [ended, paused] = [await kickoff(token), await kickoff(token)];
  await playRun(api.store, ended, ["flow_started", "a", "b", "c"]);
  const deliveries = (["delivered", "parked", "dead", "under way"] as const).map((outcome, index) => ({
    first: index + 1,
    last: index + 1,
    outcome,
  }));
  await playDeliveries(api.store, ended, { feed: 0, url, deliveries });
  const question = { kind: "review", message: "Good?", output: "text", emit: null, defaultOutcome: null };
  const asker = { automation: "Notes", step: "draft", taskId: null, agent: null, timeoutSeconds: null, metadata: {} };
  const pending = JSON.stringify([{ id: requestId, path: "draft", ...question, ...asker }]);
  await playFields(api.store, paused, { state: "PAUSED", pending });
  return { ended, paused };
}

const dashless = (id: string): string => id.replaceAll("-", "");
const delivery = (id: string, first: number): string => `dlv_${dashless(id)}_0_${first}`;

/** Paths with an execution's id; `{ended}` and `{paused}` are those of the token that started them. */
const calls = (ids: Started): [method: string, path: string, body?: unknown][] => [
  ["GET", `/status/${ids.ended}`],
  ["GET", `/${ids.ended}/status`],
  ["GET", `/api/v1/executions/${ids.ended}`],
  ["GET", `/api/v1/executions/${ids.ended}/events`],
  ["GET", `/api/v1/executions/${ids.ended}/logs`],
  ["POST", `/api/v1/executions/${ids.ended}/rerun`, { webhooks: [] }],
  ["GET", `/api/v1/deliveries/${delivery(ids.ended, 3)}`],
  ["GET", `/api/v1/deliveries/${delivery(ids.ended, 3)}/request`],
  ["POST", `/api/v1/deliveries/${delivery(ids.ended, 2)}/retry`],
  ["POST", `/api/v1/deliveries/${delivery(ids.ended, 3)}/discard`],
  ["POST", `/api/v1/executions/${ids.ended}/replay`, { url: "http://127.0.0.1:9/mine", types: ["*"] }],
  ["POST", `/api/v1/executions/${ids.paused}/human-requests/${requestId}`, { feedback: "Good." }],
  ["POST", `/api/v1/executions/${ids.paused}/subscriptions`, { url, events: ["*"] }],
  ["GET", `/api/v1/executions/${ids.paused}/subscriptions`],
  ["DELETE", `/api/v1/executions/${ids.paused}/subscriptions/1`],
  ["POST", "/resume", { executionId: ids.paused, taskId: requestId, humanFeedback: "x", isApprove: false }],
  ["POST", `/stop/${ids.paused}`],
  ["POST", `/api/v1/executions/${ids.paused}/cancel`],
];

async function ask(token: string, [method, path, body]: [string, string, unknown?]) {
  const text = method === "POST" ? JSON.stringify(body ?? {}) : undefined;
  const { status, body: answer } = await api.client.send(method, path, text, { token });
  return { status, body: JSON.stringify(answer) };
}

test("another token's executions are not found", async () => {
  const none = { ended: unknown, paused: unknown };
  const same = (text: string, ids: Started): string =>
    text.replaceAll(ids.ended, "ID").replaceAll(ids.paused, "ID").replaceAll(dashless(ids.ended), "ID");
  for (const [index, call] of calls(ann).entries()) {
    const asBob = await ask("bob-token", call);
    const missing = await ask("bob-token", calls(none)[index]!);
    expect({ call, status: asBob.status }).toEqual({ call, status: 404 });
    expect(same(asBob.body, ann)).toBe(same(missing.body, none));
  }
});

test("every operation with an execution's or a delivery's id is among those calls", async () => {
  const { body } = await api.client.get<{ paths: Record<string, object> }>("/openapi.json");
  const offered = Object.entries(body.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => ({ method: method.toUpperCase(), path })),
  );
  const withId = offered.filter(({ path }) =>
    /^\/(api\/v1\/(executions|deliveries)|status|stop)\/\{|^\/\{\w+\}\/status$|^\/resume$/.test(path),
  );
  expect(withId.length).toBeGreaterThan(10);
  const missing = withId.filter(({ method, path }) => {
    const shape = new RegExp(`^${path.replaceAll(/\{\w+\}/g, "[^/]+")}$`);
    return !calls(ann).some(([called, text]) => called === method && shape.test(text));
  });
  expect(missing).toEqual([]);
});

test("lists, groups and bulk retries contain only the token's own", async () => {
  const paths = [
    "/api/v1/executions?limit=50",
    "/api/v1/executions?limit=50&status=PAUSED",
    "/api/v1/human-requests",
    ...["retrying", "dead", "delivered", "pending"].map((state) => `/api/v1/deliveries?state=${state}`),
    "/api/v1/deliveries/groups?state=dead",
  ];
  for (const path of paths) {
    const { status, body } = await ask("bob-token", ["GET", path]);
    expect({ path, status }).toEqual({ path, status: 200 });
    for (const text of [ann.ended, ann.paused, dashless(ann.ended)]) expect(body).not.toContain(text);
    expect({
      path,
      own: body.includes(bob.ended) || body.includes(bob.paused) || body.includes(dashless(bob.ended)),
    }).toEqual({ path, own: true });
  }
  const dead = await ask("bob-token", ["GET", `/api/v1/deliveries?state=dead&execution_id=${ann.ended}`]);
  expect(JSON.parse(dead.body)).toEqual({ items: [], next_cursor: null });
  const asked = await ask("bob-token", ["GET", `/api/v1/human-requests?execution_id=${ann.paused}`]);
  expect(JSON.parse(asked.body)).toEqual({ items: [], next_cursor: null });
  const counted = await ask("bob-token", [
    "POST",
    "/api/v1/deliveries/retry",
    { filter: { state: "dead" }, dry_run: true },
  ]);
  expect(JSON.parse(counted.body)).toMatchObject({ total: 1 });
  const bulk = await ask("ann-token", ["POST", "/api/v1/deliveries/retry", { filter: { state: "dead", status: 999 } }]);
  const { id } = JSON.parse(bulk.body) as { id: string };
  expect((await ask("ann-token", ["GET", `/api/v1/bulk-retries/${id}`])).status).toBe(200);
  expect((await ask("bob-token", ["GET", `/api/v1/bulk-retries/${id}`])).status).toBe(404);
});

test("own lists are paged, and thousands of others' executions do not hide them", async () => {
  for (let made = 0; made < 1100; made += 100) {
    await Promise.all(Array.from({ length: 100 }, () => createTestExecution(api.store)));
  }
  const seen: string[] = [];
  for (let cursor: string | null = ""; cursor !== null;) {
    const query = `limit=1${cursor === "" ? "" : `&cursor=${cursor}`}`;
    const { body } = await ask("bob-token", ["GET", `/api/v1/executions?${query}`]);
    const page = JSON.parse(body) as { items: { id: string }[]; next_cursor: string | null };
    seen.push(...page.items.map(({ id }) => id));
    cursor = page.next_cursor;
  }
  expect(seen).toEqual([bob.paused, bob.ended]);
});

test("deployment-wide operations are forbidden, in a session too", async () => {
  const whole: [string, string, unknown?][] = [
    ["GET", "/api/v1/stats"],
    ["GET", "/api/v1/endpoints"],
    ["GET", "/api/v1/automations/notes/memory"],
    ["GET", "/dashboard/queues/"],
    ["GET", "/inspector/demo"],
  ];
  for (const call of whole) {
    expect({ call, status: (await ask("bob-token", call)).status }).toEqual({ call, status: 403 });
    expect({ call, status: (await ask("whole-token-0123456789", call)).status }).toEqual({ call, status: 200 });
  }
  const own = { "sec-fetch-site": "same-origin" };
  const login = await api.client.post("/dashboard/login", { token: "bob-token" }, { token: null, headers: own });
  expect(login.body).toMatchObject({ name: "bob", scopes: ["kickoff", "read", "admin", "own"] });
  const cookie = (login.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
  const get = (path: string) => api.client.get(path, { token: null, headers: { cookie } });
  expect((await get(`/api/v1/executions/${bob.ended}`)).status).toBe(200);
  expect((await get(`/api/v1/executions/${ann.ended}`)).status).toBe(404);
});

test("each token may do everything with its own", async () => {
  for (const call of calls(bob)) {
    // The request was answered by the previous call, differently.
    const { status } = await ask("bob-token", call);
    expect({ call, ok: status < 300 || (status === 409 && call[1] === "/resume") }).toEqual({ call, ok: true });
  }
});

test("saved flow states are separate for each token", async () => {
  const record = await readExecution(api.store, bob.ended as ExecutionId);
  expect(record).toMatchObject({ own: "1", token: "bob" });
  const of = (owner: string | undefined) => ({ flow: "notes", id: "state-1", owner });
  await saveFlowState(api.store, of("ann"), "{}", 60_000);
  expect(await loadFlowState(api.store, of("ann"))).toBe("{}");
  expect(await loadFlowState(api.store, of("bob"))).toBeUndefined();
  expect(await loadFlowState(api.store, of(undefined))).toBeUndefined();
});

test("a token without the scope read cannot see more with a replay", async () => {
  await using limited = await startTestApi({ API_TOKENS: "whole:whole-token-0123456789,boss:boss-token:admin" });
  const started = await limited.client.post(
    "/automations/notes/kickoff",
    { webhooks: { url, events: ["a"] } },
    { token: "whole-token-0123456789" },
  );
  const id = String(started.body["kickoff_id"]);
  await playRun(limited.store, id, ["a", "b"]);
  const replay = (body: unknown) =>
    limited.client.post(`/api/v1/executions/${id}/replay`, body, { token: "boss-token" });
  expect((await replay({ url: "http://127.0.0.1:9/mine" })).status).toBe(403);
  expect((await replay({ types: ["*"] })).status).toBe(403);
  expect((await replay({})).status).toBe(202);
});
