import { endpointId } from "@crewstream/contracts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { startTestApi, type TestApi } from "../support/api-in-process.ts";
import { playDeliveries, playFields, playRun } from "../support/play-deliveries.ts";

interface Schema {
  [key: string]: unknown;
}
interface Operation {
  operationId: string;
  summary: string;
  description: string;
  parameters: { name: string; in: "path" | "query" | "header"; schema: Schema }[];
  requestBody?: { required: boolean; content: { "application/json": { schema: Schema } } };
  responses: Record<string, { content?: Record<string, { schema?: Schema }> }>;
}
interface Document {
  openapi: string;
  servers: { url: string }[];
  webhooks: Record<string, Record<string, { security: Schema[] }>>;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

let api: TestApi;
let document: Document;
const url = "http://127.0.0.1:9/hook";
/** A valid value of each path parameter, by the path's prefix. */
let ids: { execution: string; parked: string; dead: string; bulk: string };

beforeAll(async () => {
  api = await startTestApi({
    API_TOKENS: "test-token-0123456789abcdef,reader:n-token:read,boss:a-token:admin,kicker:k-token:kickoff",
  });
  document = (await api.client.get<Document>("/openapi.json", { token: null })).body;
  const execution = await api.client.kickoff("notes", { webhooks: { url, events: ["*"] } });
  await playRun(api.store, execution, ["flow_started", "a", "b", "flow_finished"], false);
  await playDeliveries(api.store, execution, {
    feed: 0,
    url,
    deliveries: [
      { first: 1, last: 1, outcome: "delivered" },
      { first: 2, last: 2, outcome: "parked", status: 500, reason: "x" },
      { first: 3, last: 3, outcome: "dead" },
      { first: 4, last: 4, outcome: "under way" },
    ],
  });
  const retry = await api.client.post("/api/v1/deliveries/retry", { filter: { state: "dead", status: 999 } });
  const delivery = (first: number) => `dlv_${execution.replaceAll("-", "")}_0_${first}`;
  ids = { execution, parked: delivery(2), dead: delivery(3), bulk: String(retry.body["id"]) };
});
afterAll(() => api[Symbol.asyncDispose]());

/** The operations of the document, which is generated when the tests run: there is one test per kind of call. */
function operations(): { path: string; method: string; operation: Operation }[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
}

function goodPath(path: string): string {
  const id = path.startsWith("/api/v1/endpoints")
    ? endpointId(new URL(url))
    : path.includes("/bulk-retries/")
      ? ids.bulk
      : path.endsWith("/retry")
        ? ids.parked
        : path.includes("/deliveries/")
          ? ids.dead
          : ids.execution;
  return path.replace("{automation}", "notes").replace("{id}", encodeURIComponent(id)).replace("{feed}", "0");
}

const goodBodies: Record<string, unknown> = {
  postDeliveriesDiscard: { filter: { state: "dead" }, dry_run: true },
  postDeliveriesRetry: { filter: { state: "dead" }, dry_run: true },
  postExecutionsIdReplay: { from: 1, to: 2 },
  postExecutionsIdSubscriptions: { url, events: ["*"] },
  postKickoff: { inputs: { topic: "t", audience: "a" } },
  postAutomationsAutomationKickoff: { inputs: { log: "x" }, webhooks: { url, events: ["*"] } },
};

function goodBody({ operationId }: Operation): string {
  return JSON.stringify(goodBodies[operationId] ?? {});
}

const requestId = "6e1f2b64-1111-4222-8333-444455556666";

/** A run that waits for a person. */
async function pausedRun(): Promise<string> {
  const id = await api.client.kickoff("notes", {});
  const question = { kind: "review", message: "Good?", output: "text", emit: null, defaultOutcome: null };
  const asker = { automation: "Notes", step: "draft", taskId: null, agent: null, timeoutSeconds: null, metadata: {} };
  const pending = JSON.stringify([{ id: requestId, path: "draft", ...question, ...asker }]);
  await playFields(api.store, id, { state: "PAUSED", pending });
  return id;
}

/** A call that must succeed. */
async function goodCall({
  path,
  operation,
}: ReturnType<typeof operations>[number]): Promise<{ url: string; body: string }> {
  if (path.endsWith("/resume") && !path.includes("endpoints")) {
    const body = { executionId: await pausedRun(), taskId: requestId, humanFeedback: "Good.", isApprove: true };
    return { url: goodPath(path), body: JSON.stringify(body) };
  }
  if (path.includes("{request}")) {
    const url = path.replace("{id}", await pausedRun()).replace("{request}", requestId);
    return { url, body: JSON.stringify({ feedback: "Good." }) };
  }
  return { url: goodPath(path), body: goodBody(operation) };
}

/** Streams are tested elsewhere, and never end by themselves. */
const streams = new Set(["getDeliveriesLive"]);

/** A schema of the document with its references resolved, as zod. */
function toZod(schema: Schema): z.ZodType {
  const resolve = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(resolve);
    if (typeof part !== "object" || part === null) return part;
    const { $ref } = part as Schema;
    if (typeof $ref === "string") return resolve(document.components.schemas[$ref.split("/").at(-1)!]);
    return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, resolve(value)]));
  };
  return z.fromJSONSchema(resolve(schema) as Parameters<typeof z.fromJSONSchema>[0]);
}

interface Called {
  operation: Operation;
  call: string;
  status: number;
  body: unknown;
}

async function call(
  { path, method, operation }: ReturnType<typeof operations>[number],
  options: { url: string; body?: string | undefined; token?: string | null; headers?: Record<string, string> },
): Promise<Called> {
  const body = method === "post" ? (options.body ?? "{}") : undefined;
  const { token, headers } = options;
  const answer = await api.client.send(method.toUpperCase(), options.url, body, {
    ...(token === undefined ? {} : { token }),
    ...(headers === undefined ? {} : { headers }),
  });
  const shown = `${method} ${path} as ${options.url.slice(0, 120)} ${(body ?? "").slice(0, 120)}`;
  return { operation, call: shown, status: answer.status, body: answer.body };
}

/** How a response differs from the document: its status, or its body. A 500 is never documented. */
function faultsOf({ operation, call: shown, status, body }: Called): string[] {
  if (!(status in operation.responses)) return [`${shown}: ${status} is not documented`];
  const schema = operation.responses[status]?.content?.["application/json"]?.schema;
  const parsed = schema === undefined ? undefined : toZod(schema).safeParse(body);
  if (parsed?.success !== false) return [];
  return [`${shown}: ${status} ${JSON.stringify(body).slice(0, 300)} ${parsed.error.message}`];
}

describe("the OpenAPI document", () => {
  test("is complete: every operation has its own name, every reference a target", () => {
    expect(document.openapi).toBe("3.1.0");
    const names = operations().map(({ operation }) => operation.operationId);
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThan(25);
    const targets = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)];
    for (const [, name] of targets) expect(document.components.schemas).toHaveProperty(name!);
    expect(JSON.stringify(document)).not.toContain('"$ref":"#/$defs');
  });

  test("has headers, required bodies, and each media type with its own schema", () => {
    const { paths } = document;
    const headers = (path: string, method: string) =>
      paths[path]?.[method]?.parameters.filter((each) => each.in === "header").map(({ name }) => name);
    expect(headers("/kickoff", "post")).toEqual(["Idempotency-Key"]);
    expect(headers("/api/v1/executions/{id}/events", "get")).toEqual(["Last-Event-ID"]);
    const needBodies = operations().filter(({ operation }) => operation.requestBody?.required === true);
    expect(needBodies.map(({ path }) => path).toSorted()).toEqual([
      "/api/v1/deliveries/discard",
      "/api/v1/deliveries/retry",
      "/api/v1/executions/{id}/subscriptions",
      "/automations/{automation}/resume",
      "/resume",
    ]);
    const events = paths["/api/v1/executions/{id}/events"]?.["get"]?.responses["200"]?.content ?? {};
    expect(events["application/json"]?.schema?.["type"]).toBe("object");
    expect(events["text/event-stream"]?.schema).toMatchObject({
      type: "string",
      contentMediaType: "text/event-stream",
    });
    const { events: webhook } = document.webhooks;
    expect(webhook?.["post"]?.security.map((each) => Object.keys(each))).toEqual([
      ["webhookSignature"],
      ["webhookSignature", "webhookBearer"],
      ["webhookSignature", "webhookBasic"],
    ]);
    expect(document.servers).toEqual([{ url: "/" }]);
  });

  test("is shown as a page without scripts", async () => {
    const page = await fetch(`${api.url}/docs`);
    expect(page.headers.get("content-security-policy")).toContain("default-src 'none'; style-src 'self'");
    const text = await page.text();
    expect(text).not.toContain("<script");
    const shown = operations().every(
      ({ operation }) => text.includes(operation.operationId) || operation.operationId.includes("Automation"),
    );
    expect(shown).toBe(true);
  });
});

describe("every operation", () => {
  test("responds to a valid call as documented", async () => {
    const faults: string[] = [];
    for (const each of operations()) {
      if (streams.has(each.operation.operationId)) continue;
      const called = await call(each, await goodCall(each));
      faults.push(...faultsOf(called));
      if (called.status >= 300) faults.push(`${called.call}: ${called.status}`);
    }
    expect(faults).toEqual([]);
  });

  test("requires a token, and one with the scope", async () => {
    const faults: string[] = [];
    for (const each of operations()) {
      const scopes = /Scope: (.*)\./.exec(each.operation.description)?.[1]?.split(" or ") ?? [];
      const wrong = ["n-token:read", "a-token:admin", "k-token:kickoff"].find(
        (token) => !scopes.includes(token.slice(8)),
      )!;
      for (const [token, expected] of [
        [null, [401]],
        // More of them per minute than get a 401.
        ["unknown", [401, 429]],
        [wrong.slice(0, 7), [403]],
      ] as const) {
        const called = await call(each, { url: goodPath(each.path), token });
        faults.push(...faultsOf(called));
        if (!expected.some((status) => status === called.status))
          faults.push(`${called.call} with ${String(token)}: ${called.status}`);
      }
    }
    expect(faults).toEqual([]);
  });

  const hostile = [
    "-1",
    "99999999999999999999",
    "1e9",
    "NaN",
    "[]",
    "%00",
    "%F0%9F%92%A5",
    "a".repeat(3000),
    "' OR 1=1",
    "<b>x",
  ];

  test("handles invalid parameters", async () => {
    const faults: string[] = [];
    for (const each of operations()) {
      if (streams.has(each.operation.operationId)) continue;
      for (const { name, in: place } of each.operation.parameters) {
        for (const value of hostile) {
          const request = {
            url: {
              query: `${goodPath(each.path)}?${name}=${value}`,
              path: goodPath(each.path.replace(`{${name}}`, value)),
              header: goodPath(each.path),
            }[place],
            headers: place === "header" ? { [name]: value } : {},
          };
          faults.push(...faultsOf(await call(each, { ...request, body: goodBody(each.operation) })));
        }
        const twice = `${goodPath(each.path)}?${name}=1&${name}=2&${name}[x]=3`;
        faults.push(...faultsOf(await call(each, { url: twice, body: goodBody(each.operation) })));
      }
    }
    expect(faults).toEqual([]);
  });

  const bodies = ["", "{", "[]", "null", '"x"', '{"a":', '{"__proto__":{"x":1}}', '{"constructor":1}'];
  const values = [null, "", 0, -1, 1.5, true, "x", [], {}, [[]], { a: { b: 1 } }, "x".repeat(5000), "\u0000"];

  test("handles invalid bodies", async () => {
    const faults: string[] = [];
    for (const each of operations()) {
      if (each.method !== "post") continue;
      const schema = each.operation.requestBody?.content["application/json"].schema ?? {};
      const name = typeof schema["$ref"] === "string" ? schema["$ref"].split("/").at(-1)! : "";
      const properties = (document.components.schemas[name] ?? schema)["properties"] as Schema | undefined;
      const fields = Object.keys(properties ?? {}).flatMap((field) =>
        values.map((value) => JSON.stringify({ [field]: value })),
      );
      for (const body of [...bodies, ...fields]) {
        faults.push(...faultsOf(await call(each, { url: goodPath(each.path), body })));
      }
      const large = await call(each, {
        url: goodPath(each.path),
        body: JSON.stringify({ x: "x".repeat(1024 * 1024) }),
      });
      if (large.status !== 413) faults.push(`${large.call}: ${large.status}`);
    }
    expect(faults).toEqual([]);
  });
});
