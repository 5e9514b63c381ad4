import { randomBytes } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { dumpKeys } from "../support/redis.ts";
import type { SinkRequest } from "../support/sink-reply.ts";
import { startSystem, testToken, type System } from "../support/services.ts";
import { WebhookSink } from "../support/webhook-sink.ts";

const secretOf = (): string => `whsec_${randomBytes(32).toString("base64")}`;
const word = (name: string): string => `${name}-${randomBytes(12).toString("hex")}`;

/** The deployment's secrets during a rotation, newest first. */
const [newest, older] = [secretOf(), secretOf()];
const own = secretOf();
const encryptionKey = randomBytes(32).toString("base64");
const auth = {
  bearer: { strategy: "bearer", token: word("bearer-token") },
  basic: { strategy: "basic", username: "robot", password: word("pass:word ü") },
  header: { strategy: "header", name: "X-Api-Key", value: word("header-value") },
} as const;

let system: System;
let sink: WebhookSink;
const answers: string[] = [];
beforeAll(async () => {
  [system, sink] = await Promise.all([
    startSystem({
      env: {
        AUTOMATIONS_DIR: "test/fixtures/load",
        WEBHOOK_SIGNING_SECRET: `${newest},${older}`,
        ENCRYPTION_KEY: encryptionKey,
        LOG_LEVEL: "trace",
      },
    }),
    WebhookSink.start(),
  ]);
});
afterAll(async () => {
  await sink?.[Symbol.asyncDispose]();
  await system?.[Symbol.asyncDispose]();
});

/** Calls the API and records its responses. */
async function ask(path: string): Promise<Record<string, unknown>> {
  const { body } = await system.client.get(path);
  answers.push(JSON.stringify(body));
  return body;
}

async function kickoff(webhooks: Record<string, unknown>[]): Promise<string> {
  return system.client.kickoff("burst", {
    inputs: { count: 4 },
    webhooks: webhooks.map((webhook) => ({ events: ["burst_item"], ...webhook })),
  });
}

function verifies(request: SinkRequest | undefined, secret: string): boolean {
  try {
    new Webhook(secret).verify(request?.rawBody ?? "", request?.headers ?? {});
    return true;
  } catch {
    return false;
  }
}

describe("signatures", () => {
  test("during a rotation, a receiver with either secret can verify; one with neither cannot", async () => {
    await kickoff([{ url: sink.url("/rotate") }]);
    const [request] = await sink.received(1, "/rotate");
    expect(request?.headers["webhook-signature"]?.split(" ")).toHaveLength(2);
    expect([newest, older, secretOf()].map((secret) => verifies(request, secret))).toEqual([true, true, false]);
    // The id, the time and every byte of the body are signed.
    expect(verifies({ ...request!, rawBody: `${request!.rawBody} ` }, newest)).toBe(false);
    for (const name of ["webhook-id", "webhook-timestamp"]) {
      const headers = { ...request!.headers, [name]: `${request!.headers[name]}1` };
      expect(verifies({ ...request!, headers }, newest)).toBe(false);
    }
  });

  test("a subscription's own secret replaces the deployment's, on every attempt", async () => {
    sink.script("/own", [500]);
    await kickoff([{ url: sink.url("/own"), signing_secret: own }]);
    for (const request of await sink.received(2, "/own")) {
      expect([own, newest, older].map((secret) => verifies(request, secret))).toEqual([true, false, false]);
    }
  });
});

test("each receiver gets its own authentication only", async () => {
  const basic = `Basic ${Buffer.from(`robot:${auth.basic.password}`).toString("base64")}`;
  await kickoff([
    { url: sink.url("/bearer"), authentication: auth.bearer },
    { url: sink.url("/basic"), authentication: auth.basic },
    { url: sink.url("/header"), authentication: auth.header },
    { url: sink.url("/none") },
  ]);
  const seen = async (path: string): Promise<unknown> => {
    const [request] = await sink.received(1, path);
    return [request?.headers["authorization"], request?.headers["x-api-key"]];
  };
  expect(await seen("/bearer")).toEqual([`Bearer ${auth.bearer.token}`, undefined]);
  expect(await seen("/basic")).toEqual([basic, undefined]);
  expect(await seen("/header")).toEqual([undefined, auth.header.value]);
  expect(await seen("/none")).toEqual([undefined, undefined]);
});

test("no secret is in Redis, in a log or in a response of the API, whatever fails", async () => {
  // Failures, retries and dead letters, in every mode; a receiver that echoes what it was sent.
  sink.script("/wrong", ({ headers, nth }) => ({
    status: nth % 2 === 0 ? 500 : 404,
    body: JSON.stringify(headers),
  }));
  sink.script("/gone", [410]);
  const retry = { schedule: ["20ms", "50ms"] };
  const ids = [
    await kickoff([
      { url: sink.url("/wrong"), authentication: auth.bearer, signing_secret: own, retry },
      { url: sink.url("/wrong"), authentication: auth.basic, realtime: true, retry },
      { url: sink.url("/gone"), authentication: auth.header },
      { url: "http://127.0.0.1:1/refused", authentication: auth.header, signing_secret: own, retry },
    ]),
    await kickoff([{ url: sink.url("/fine"), authentication: auth.bearer, signing_secret: own }]),
  ];
  for (const id of ids) answers.push(JSON.stringify(await system.client.ended(id)));
  await eventually(async () => {
    const { items } = await ask(`/api/v1/deliveries?state=dead&limit=100`);
    expect((items as unknown[]).length).toBeGreaterThanOrEqual(6);
  });
  const dead = (await ask("/api/v1/deliveries?state=dead&limit=100"))["items"] as { id: string }[];
  for (const { id } of dead) await ask(`/api/v1/deliveries/${id}`);
  for (const path of ["executions", "deliveries?state=retrying", "deliveries?state=delivered", "endpoints", "stats"]) {
    await ask(`/api/v1/${path}`);
  }
  for (const id of ids) {
    await ask(`/api/v1/executions/${id}`);
    await ask(`/api/v1/executions/${id}/events`);
    await ask(`/status/${id}`);
  }
  const refused = await system.client.post("/automations/burst/kickoff", {
    inputs: {},
    webhooks: [
      {
        url: `http://user:${auth.bearer.token}@127.0.0.1/`,
        events: [],
        authentication: { ...auth.bearer, strategy: "nonsense" },
      },
    ],
  });
  expect(refused.status).toBe(400);
  answers.push(JSON.stringify(refused.body));

  const { REDIS_URL = "", KEY_PREFIX = "" } = system.env;
  const dump = await dumpKeys(REDIS_URL, `*${KEY_PREFIX}*`);
  const redis = [...dump].map(([key, value]) => `${key} ${value}`).join("\n");
  const processes = [system.api, ...system.crewWorkers, ...system.deliveryWorkers];
  const logs = processes.flatMap((process) => process.logs.map((line) => JSON.stringify(line))).join("\n");
  const said = answers.join("\n");
  // Each place was really checked.
  for (const id of ids) for (const text of [redis, logs, said]) expect(text).toContain(id);

  const secrets = {
    newest,
    older,
    own,
    encryptionKey,
    testToken,
    bearer: auth.bearer.token,
    password: auth.basic.password,
    basic: Buffer.from(`robot:${auth.basic.password}`).toString("base64"),
    header: auth.header.value,
  };
  const found = Object.entries(secrets).flatMap(([name, secret]) => {
    const spellings = [
      secret,
      secret.replace("whsec_", ""),
      encodeURIComponent(secret),
      Buffer.from(secret).toString("base64"),
    ];
    return Object.entries({ redis, logs, said })
      .filter(([, text]) => spellings.some((spelling) => text.includes(spelling)))
      .map(([place]) => `${name} in ${place}`);
  });
  expect(found).toEqual([]);
});
