import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestApi, type TestApi } from "../support/api-in-process.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api[Symbol.asyncDispose]());

const fields = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 1]));
const hook = { url: "http://127.0.0.1:9/hook", events: ["*"] };
const flow = "/automations/notes/kickoff";

test.each<[path: string, body: Record<string, unknown>, field: string, message: string]>([
  [flow, { inputs: fields(60_000) }, "inputs", "inputs has more than 1000 fields."],
  [flow, fields(60_000), "", "The body has more than 200 fields."],
  [flow, { webhooks: { ...hook, ...fields(50_000) } }, "webhooks", "webhooks has more than 200 fields."],
  [
    flow,
    { webhooks: { ...hook, events: Array.from({ length: 5000 }, (_, index) => `name_${index}`) } },
    "webhooks",
    "webhooks has more than 1000 entries.",
  ],
  [flow, { humanInputWebhook: { url: hook.url, ...fields(60_000) } }, "humanInputWebhook", "than 200 fields."],
  [flow, { meta: fields(60_000) }, "meta", "meta has more than 10000 fields."],
  ["/resume", { execution_id: "x", ...fields(60_000) }, "", "The body has more than 200 fields."],
  ["/stop/x", fields(60_000), "", "The body has more than 200 fields."],
  ["/api/v1/deliveries/retry", { filter: fields(60_000) }, "filter", "filter has more than 200 fields."],
  ["/api/v1/executions/x/replay", { types: Array.from({ length: 90_000 }, () => "a") }, "types", "than 1000 entries."],
])("%s refuses a body by its counts", async (path, body, field, message) => {
  const answer = await api.client.post(path, body);
  expect(answer).toMatchObject({ status: 400, body: { details: { code: "invalid_input", path: field } } });
  expect(answer.body["message"]).toContain(message);
});

test("data of 1 MiB within limits is accepted unchanged", async () => {
  const rows = Array.from({ length: 4000 }, (_, index) => ({ ...fields(10), index }));
  const inputs = { rows, numbers: Array.from({ length: 100_000 }, () => 1), ...fields(990) };
  const { status, body } = await api.client.post(flow, { inputs });
  expect(status).toBe(200);
  const shown = await api.client.get(`/api/v1/executions/${String(body["kickoff_id"])}`);
  expect(shown.body["inputs"]).toEqual(inputs);
});

test("a body in another encoding, which could not be counted, is rejected", async () => {
  const answer = await fetch(api.url + flow, {
    method: "POST",
    headers: { authorization: `Bearer ${api.client.token}`, "content-type": "application/json; charset=utf-16le" },
    body: Buffer.from(JSON.stringify({ inputs: {} }), "utf16le"),
  });
  expect([answer.status, ((await answer.json()) as { message: string }).message]).toEqual([
    400,
    "The body must be JSON in UTF-8.",
  ]);
});

test("what a message quotes of a request is truncated", async () => {
  const { body } = await api.client.post(flow, {
    webhooks: { ...hook, retry: { schedule: ["1s"], ["k".repeat(9000)]: 1 } },
  });
  expect(body["details"]).toMatchObject({ path: "webhooks.retry" });
  expect(String(body["message"]).length).toBeLessThan(1000);
});

test("the number of names in a query is limited, too", async () => {
  const id = await api.client.kickoff("notes", {});
  const types = (count: number) => Array.from({ length: count }, () => "a*").join(",");
  const path = `/api/v1/executions/${id}/events?types=`;
  expect((await api.client.get(path + types(500))).status).toBe(200);
  expect(await api.client.get(path + types(501))).toMatchObject({ status: 400, body: { details: { path: "types" } } });
});
