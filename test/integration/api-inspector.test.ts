import { once } from "node:events";
import { request, type IncomingMessage } from "node:http";
import { sign } from "@crewstream/receiver";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestApi, type TestApi } from "../support/api-in-process.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({ INSPECTOR: "1" });
});
afterAll(() => api[Symbol.asyncDispose]());

const batch = JSON.stringify({
  events: [
    {
      id: "e1",
      execution_id: "x",
      timestamp: "2026-01-01T00:00:00Z",
      type: "<b>bold</b>",
      data: { emission_sequence: 1 },
    },
  ],
});

function deliver(
  name: string,
  body: string,
  options: { query?: string; attempt?: string; secret?: string; id?: string; headers?: Record<string, string> } = {},
) {
  const timestamp = Math.floor(Date.now() / 1000);
  const { id = "dlv_1" } = options;
  const secrets = options.secret ?? api.env["WEBHOOK_SIGNING_SECRET"]!;
  return fetch(`${api.url}/inspector/${name}${options.query ?? ""}`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      authorization: "Bearer hush-hush",
      "x-api-key": "hush-hush",
      "webhook-id": id,
      "webhook-timestamp": String(timestamp),
      "webhook-signature": sign({ id, timestamp, body, secrets }),
      "webhook-attempt": options.attempt ?? "1",
      ...options.headers,
    },
    body,
  });
}

interface Received {
  requests: { verified: boolean; problem?: string; status: number; body: string; headers: Record<string, string> }[];
}
const received = async (name: string): Promise<Received> =>
  (await (await fetch(`${api.url}/inspector/${name}?format=json`)).json()) as Received;

test("stores what arrives, byte for byte, with its signature verified and its secrets removed", async () => {
  expect((await deliver("a", batch)).status).toBe(200);
  expect((await deliver("a", batch, { query: "?status=503", attempt: "2" })).status).toBe(503);
  const wrong = `whsec_${Buffer.alloc(32, 1).toString("base64")}`;
  expect((await deliver("a", batch, { secret: wrong })).status).toBe(200);
  const { requests } = await received("a");
  expect(requests.map(({ verified, status }) => [verified, status])).toEqual([
    [false, 200],
    [true, 503],
    [true, 200],
  ]);
  expect(requests[0]?.problem).toContain("signature");
  expect(requests[2]?.body).toBe(batch);
  expect(requests[2]?.headers).toMatchObject({ authorization: "Bearer [hidden]", "x-api-key": "[hidden]" });
});

test("shows them as a page that executes nothing of what arrived", async () => {
  await deliver("b", batch);
  await deliver("b", "<script>alert(1)</script>", { id: "dlv_2" });
  const page = await fetch(`${api.url}/inspector/b`, { headers: { accept: "text/html" } });
  expect(page.headers.get("content-security-policy")).toContain("default-src 'none'; script-src 'self'");
  const text = await page.text();
  expect(text).toContain("&lt;b&gt;bold&lt;/b&gt;");
  expect(text).not.toContain("<b>bold");
  expect(text).not.toContain("<script>alert");
  for (const file of ["/inspector.js", "/inspector.css"]) expect((await fetch(api.url + file)).status).toBe(200);
});

test("shows which delivery is the last of its feed", async () => {
  await deliver("last", '{"events":[]}', { headers: { "crewstream-feed-complete": "deliveries=3; events=7" } });
  const page = await (await fetch(`${api.url}/inspector/last`)).text();
  expect(page).toContain("0 events, the last of its feed (deliveries=3; events=7)");
});

test("accepts a body of many megabytes, but not an endless one", async () => {
  expect((await deliver("c", `"${"x".repeat(16 * 1024 * 1024)}"`)).status).toBe(200);
  expect((await deliver("c", `"${"x".repeat(18 * 1024 * 1024)}"`)).status).toBe(413);
});

test("deletes what it stored", async () => {
  await deliver("d", batch);
  expect((await fetch(`${api.url}/inspector/d`, { method: "DELETE" })).status).toBe(204);
  expect((await received("d")).requests).toEqual([]);
});

test("rejects invalid names and statuses", async () => {
  expect((await fetch(`${api.url}/inspector/${"x".repeat(101)}`)).status).toBe(400);
  expect((await fetch(`${api.url}/inspector/${encodeURIComponent("<a>")}`)).status).toBe(400);
  expect((await deliver("e", batch, { query: "?status=99" })).status).toBe(400);
});

test("does not exist unless it is enabled", async () => {
  await using other = await startTestApi();
  expect((await fetch(`${other.url}/inspector/a`)).status).toBe(401);
  expect((await other.client.get("/inspector/a")).status).toBe(404);
});

test.each([
  ["evil.example", 403],
  ["127.0.0.1.evil.example:3000", 403],
  ["localhost:3000", 200],
  ["[::1]:3000", 200],
])("a request to the name %s is answered with %i", async (host, status) => {
  const asked = request(`${api.url}/inspector/rebound?format=json`, { headers: { host } }).end();
  const [answer] = (await once(asked, "response")) as [IncomingMessage];
  answer.resume();
  expect(answer.statusCode).toBe(status);
});

test.each<[headers: Record<string, string>, status: number]>([
  [{ origin: "https://evil.example" }, 403],
  [{ origin: "null" }, 403],
  [{ "sec-fetch-site": "cross-site", origin: "https://evil.example" }, 403],
  [{ "sec-fetch-site": "same-site" }, 403],
  [{ "sec-fetch-site": "same-origin" }, 200],
  [{}, 200],
])("a write with the headers %j of a browser is answered with %i", async (headers, status) => {
  await deliver("written", batch);
  expect((await deliver("written", batch, { headers })).status).toBe(status);
  const deleted = request(`${api.url}/inspector/written`, { method: "DELETE", headers }).end();
  const [answer] = (await once(deleted, "response")) as [IncomingMessage];
  answer.resume();
  expect(answer.statusCode).toBe(status === 200 ? 204 : 403);
  expect((await received("written")).requests).toHaveLength(status === 200 ? 0 : 1);
  await fetch(`${api.url}/inspector/written`, { method: "DELETE" });
});
