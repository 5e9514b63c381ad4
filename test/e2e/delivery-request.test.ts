import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import type { SinkRequest } from "../support/sink-reply.ts";
import { startSystem, type System } from "../support/services.ts";
import { WebhookSink } from "../support/webhook-sink.ts";

let system: System;
let sink: WebhookSink;
beforeAll(async () => {
  sink = await WebhookSink.start();
  const env = {
    AUTOMATIONS_DIR: "test/fixtures/human",
    WEBHOOK_RETRY_SCHEDULE: "1h",
    PUBLIC_URL: "https://crews.example",
  };
  system = await startSystem({ env });
});
afterAll(async () => {
  await system?.[Symbol.asyncDispose]();
  await sink?.[Symbol.asyncDispose]();
});

interface Shown {
  method: string;
  url: string;
  attempt: number;
  headers: Record<string, string>;
  body: string;
  body_bytes: number;
}

/** A request as the API shows it, once the delivery has been attempted as often as the sink received it. */
function shown(request: SinkRequest): Promise<Shown> {
  const id = String(request.headers["webhook-id"]);
  return eventually(async () => {
    const { body } = await system.client.get<Shown>(`/api/v1/deliveries/${id}/request`);
    expect(String(body.attempt)).toBe(request.headers["webhook-attempt"]);
    expect(body.headers["webhook-timestamp"]).toBe(request.headers["webhook-timestamp"]);
    return body;
  });
}

/** What the sink received, without what only concerns the HTTP connection. */
function got(request: SinkRequest): Record<string, string> {
  const { connection: _, ...headers } = request.headers;
  return headers;
}

const own = `whsec_${Buffer.alloc(32, 3).toString("base64")}`;

describe("a delivery's request is shown as sent, without secrets", () => {
  test.each([
    ["bearer", { strategy: "bearer", token: "hush-bearer" }, { authorization: "Bearer [hidden]" }],
    ["basic", { strategy: "basic", username: "me", password: "hush-basic" }, { authorization: "Basic [hidden]" }],
    ["header", { strategy: "header", name: "X-Key", value: "hush-header" }, { "x-key": "[hidden]" }],
  ])("%s, delivered and failed", async (name, authentication, masked) => {
    for (const status of [200, 500]) {
      const path = `/${name}/${status}`;
      sink.script(path, status);
      const webhooks = { url: sink.url(`${path}?key=hush`), events: ["*"], authentication, signing_secret: own };
      await system.client.kickoff("impatient_flow", { webhooks });
      const [request] = await sink.received(1, `${path}?key=hush`);
      const view = await shown(request!);
      expect(view).toMatchObject({ method: "POST", url: sink.url(`${path}?key=…`), body: request!.rawBody });
      expect(view.body_bytes).toBe(Buffer.byteLength(request!.rawBody));
      expect(view.headers).toEqual({ ...got(request!), ...masked, "webhook-signature": "v1,[hidden]" });
      expect(JSON.stringify(view)).not.toContain("hush");
    }
  });

  test("a human-input request, without the token that authorises an answer", async () => {
    sink.script("/human", 500);
    const id = await system.client.kickoff("reviewed_flow", { humanInputWebhook: { url: sink.url("/human") } });
    const [request] = await sink.received(1, "/human");
    const sent = JSON.parse(request!.rawBody) as { response_token: string; callback_url: string };
    const view = await shown(request!);
    expect(view.body).toBe(request!.rawBody.replaceAll(sent.response_token, "[hidden]"));
    expect(JSON.parse(view.body)).toMatchObject({ kickoff_id: id, response_token: "[hidden]" });
    const { headers } = request!;
    const hidden = ["webhook-signature", "x-crewai-signature", "x-signature"];
    expect(Object.keys(headers)).toEqual(expect.arrayContaining(hidden));
    for (const name of hidden) expect(view.headers[name]).toMatch(/^(v1,|sha256=)\[hidden\]$/);
    expect({ ...got(request!), ...Object.fromEntries(hidden.map((name) => [name, view.headers[name]])) }).toEqual(
      view.headers,
    );
  });
});

test("the beginning of a large body is shown, with its total length", async () => {
  const webhooks = { url: sink.url("/large"), events: ["flow_started"] };
  await system.client.kickoff("impatient_flow", { inputs: { text: "ü".repeat(150_000) }, webhooks });
  const [request] = await sink.received(1, "/large");
  const view = await shown(request!);
  expect(view.body_bytes).toBe(Buffer.byteLength(request!.rawBody));
  expect(request!.rawBody.startsWith(view.body)).toBe(true);
  expect(Buffer.byteLength(view.body)).toBeGreaterThan(262_140);
});

test("an endpoint's response is shown with its headers, without secrets; those of an acknowledgement are not stored", async () => {
  const token = "echoed-token-1234";
  const headers = {
    "retry-after": "9",
    "x-request-id": "r-77",
    "set-cookie": "session=hush",
    "x-echo": `was ${token}`,
  };
  sink.script("/answers", { status: 503, headers, body: '{"error":"busy"}' });
  const authentication = { strategy: "bearer", token };
  const webhooks = { url: sink.url("/answers"), events: ["*"], authentication };
  await system.client.kickoff("impatient_flow", { webhooks });
  const [request] = await sink.received(1, "/answers");
  const id = String(request?.headers["webhook-id"]);
  const [attempt] = await eventually(async () => {
    const { body } = await system.client.get<{ attempt_log: Record<string, unknown>[] }>(`/api/v1/deliveries/${id}`);
    expect(body.attempt_log).toHaveLength(1);
    return body.attempt_log;
  });
  expect(attempt).toMatchObject({
    status: 503,
    response: '{"error":"busy"}',
    response_headers: {
      "retry-after": "9",
      "x-request-id": "r-77",
      "set-cookie": "[redacted]",
      "x-echo": "was [redacted]",
    },
  });
  const logs = system.deliveryWorkers.flatMap((worker) => worker.logs.map((line) => JSON.stringify(line))).join("");
  expect(logs).toContain(id);
  expect(logs).not.toContain("x-request-id");

  // Another endpoint: the first one asked us to wait.
  await using other = await WebhookSink.start();
  const taken = { url: other.url("/taken"), events: ["*"] };
  await system.client.kickoff("impatient_flow", { webhooks: taken });
  const [acknowledged] = await other.received(1, "/taken");
  await eventually(async () => {
    const path = `/api/v1/deliveries/${String(acknowledged?.headers["webhook-id"])}`;
    const { body } = await system.client.get<{ attempt_log: Record<string, unknown>[] }>(path);
    expect(body.attempt_log).toMatchObject([{ status: 200, response_headers: null }]);
  });
});

test("a request that does not exist (any more), or with an invalid id, is not found", async () => {
  for (const id of ["nope", "dlv_01a2094316a5757595411466c374a9b5_0_1", "%00", "dlv_x/../../stats"]) {
    const answer = await system.client.get(`/api/v1/deliveries/${encodeURIComponent(id)}/request`);
    expect({ id, status: answer.status }).toEqual({ id, status: 404 });
  }
});
