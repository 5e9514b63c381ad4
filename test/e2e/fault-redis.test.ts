import { setTimeout as delay } from "node:timers/promises";
import { Redis } from "ioredis";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { brokenPromises } from "../faults/check-promises.ts";
import { FaultySystem } from "../faults/faulty-system.ts";
import { eventually } from "../support/eventually.ts";
import { WebhookSink } from "../support/webhook-sink.ts";

let system: FaultySystem;
let sink: WebhookSink;
beforeAll(async () => {
  system = await FaultySystem.start();
});
afterAll(async () => {
  await system[Symbol.asyncDispose]();
});
beforeEach(async () => {
  sink = await WebhookSink.start();
  return () => sink[Symbol.asyncDispose]();
});

const inputs = { count: 300, group: 5, pause_ms: 30, bytes: 500 };

/** Kicks off a run that is long enough for a fault in the middle, and waits until it is in the middle. */
async function runInProgress(path: string): Promise<string> {
  const id = await system.client.kickoff("burst", {
    inputs,
    webhooks: { url: sink.url(path), events: ["*"], realtime: false },
  });
  await sink.received(1, path);
  return id;
}

/** Waits for the run and its deliveries, and expects every event to have arrived as promised. */
async function expectWhole(id: string, path: string): Promise<void> {
  await eventually(async () => {
    const { status, body } = await system.client.get(`/api/v1/executions/${id}`);
    if (status !== 200 || body["state"] !== "SUCCESS" || body["feeds_open"] !== 0)
      throw new Error(JSON.stringify(body).slice(0, 400));
  });
  const events = await system.client.events(id);
  expect(events.filter(({ type }) => type === "burst_item")).toHaveLength(inputs.count);
  const settings = { name: "batched", realtime: false, ordering: "relaxed" } as const;
  const feed = { executionId: id, feed: 0, path, settings, events, dead: [], attempts: [] };
  expect(brokenPromises(sink.requests(path), feed)).toEqual([]);
  // A delivery whose settling was lost is repeated unchanged; first attempts arrive in order.
  const arrived = [...new Set(sink.events(path).map((event) => event.id))];
  expect(arrived).toEqual(events.map((event) => event.id));
}

/** A kickoff is rejected with a Retry-After. */
async function expectRefused(): Promise<void> {
  const refused = await system.client.post("/automations/burst/kickoff", { inputs: { count: 1 } });
  expect(refused.status).toBe(503);
  expect(refused.headers.get("retry-after")).toMatch(/^\d+$/);
}

const withRedis = async (work: (redis: Redis) => Promise<unknown>): Promise<void> => {
  const redis = new Redis(system.redis.url);
  await work(redis);
  redis.disconnect();
};

describe("a run in progress survives when Redis", () => {
  it("is gone for a while and comes back from its append-only file", async () => {
    const id = await runInProgress("/gone");
    await system.redis.kill("SIGKILL");
    await expectRefused();
    await system.redis.restart();
    await expectWhole(id, "/gone");
  });

  it("stops responding, and continues", async () => {
    const id = await runInProgress("/frozen");
    system.redis.freeze();
    await expectRefused();
    system.redis.thaw();
    await expectWhole(id, "/frozen");
  });

  it("has no memory left, until it has", async () => {
    const id = await runInProgress("/full");
    await withRedis((redis) => redis.config("SET", "maxmemory", "1mb"));
    await expectRefused();
    await Promise.any(
      system.workers.map((name) =>
        system.process(name).logged(({ reason }) => String(reason).includes("has reached maxmemory")),
      ),
    );
    await withRedis((redis) => redis.config("SET", "maxmemory", "0"));
    await expectWhole(id, "/full");
  });

  it("is down for longer than a lease, repeatedly, without any worker dying", { timeout: 240_000 }, async () => {
    const id = await runInProgress("/outages");
    for (let outage = 0; outage < 4; outage += 1) {
      const seen = sink.events("/outages").length;
      system.redis.freeze();
      await delay(Number(system.env["LEASE_MS"]) * 1.5);
      system.redis.thaw();
      await sink.until(() => sink.events("/outages").length > seen);
    }
    await expectWhole(id, "/outages");
  });

  it("forgets all scripts", async () => {
    const id = await runInProgress("/forgetful");
    await withRedis((redis) => redis.script("FLUSH"));
    await expectWhole(id, "/forgetful");
  });

  it("drops every connection", async () => {
    const id = await runInProgress("/dropped");
    await withRedis((redis) => redis.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"));
    await expectWhole(id, "/dropped");
  });
});

it("does not respond, without a trace of kickoffs that were rejected meanwhile", async () => {
  const before = await executionCount();
  system.redis.freeze();
  await Promise.all(Array.from({ length: 5 }, expectRefused));
  system.redis.thaw();
  await eventually(async () => {
    const later = await system.client.kickoff("burst", { inputs: { count: 1 } });
    await system.client.ended(later);
  });
  await withRedis(async (redis) => {
    const records = await redis.keys(`${system.env["KEY_PREFIX"]}:{*}:exec`);
    expect(records.length).toBe(before + 1);
  });
});

async function executionCount(): Promise<number> {
  let count = 0;
  await withRedis(async (redis) => {
    count = (await redis.keys(`${system.env["KEY_PREFIX"]}:{*}:exec`)).length;
  });
  return count;
}
