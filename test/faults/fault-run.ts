import { setTimeout as delay } from "node:timers/promises";
import { eventually } from "../support/eventually.ts";
import type { Reply, SinkRequest } from "../support/sink-reply.ts";
import { WebhookSink } from "../support/webhook-sink.ts";
import { brokenPromises, type ExpectedFeed } from "./check-promises.ts";
import type { FaultySystem } from "./faulty-system.ts";
import { pick, seededRandom } from "./random.ts";

const executions = 6;
const faults = 5;
/** Long enough for the slowest run under faults on two busy cores. */
const limitMs = 150_000;

export interface FaultReport {
  seed: number;
  faults: string[];
  requests: number;
  events: number;
  problems: string[];
}

/**
 * One run: kickoffs with batched, realtime and strict feeds to a receiver that misbehaves, while workers and Redis are
 * killed in an order that follows from the seed. Afterwards everything must have arrived, as promised.
 */
export async function faultRun(system: FaultySystem, seed: number): Promise<FaultReport> {
  const random = seededRandom(seed);
  await using sink = await WebhookSink.start();
  // A sequence of its own: how many requests come, and when, must not decide what is killed.
  sink.script("", misbehave(seededRandom(seed + 1_000_000)));
  const kickoffs = await Promise.all(
    Array.from({ length: executions }, (_, index) => kickoff(system, sink, `/${seed}/${index}`, random)),
  );

  const done: string[] = [];
  for (let count = 0; count < faults; count += 1) {
    await delay(100 + random() * 900);
    done.push(await strike(system, random));
  }
  await Promise.all(kickoffs.map(({ executionId }) => ended(system, executionId)));
  const feeds = (await Promise.all(kickoffs.map((started) => settled(system, started)))).flat();
  return {
    seed,
    faults: done,
    requests: sink.requests().length,
    events: feeds.reduce((sum, feed) => sum + feed.events.length, 0),
    problems: brokenPromises(sink, feeds),
  };
}

type Started = { executionId: string; feeds: Pick<ExpectedFeed, "path" | "mode" | "ordering">[] };

async function kickoff(system: FaultySystem, sink: WebhookSink, path: string, random: () => number): Promise<Started> {
  const feeds = [
    { path: `${path}/batched`, mode: "batched", ordering: "relaxed" },
    { path: `${path}/realtime`, mode: "realtime", ordering: "relaxed" },
    { path: `${path}/strict`, mode: "batched", ordering: "strict" },
  ] as const;
  const executionId = await system.client.kickoff("burst", {
    inputs: { count: 60 + Math.floor(random() * 60), group: 5, pause_ms: 40, bytes: 200 },
    webhooks: feeds.map((feed) => ({
      url: sink.url(feed.path),
      events: ["*"],
      realtime: feed.mode === "realtime",
      ordering: feed.ordering,
    })),
  });
  return { executionId, feeds: [...feeds] };
}

/** A receiver that answers well mostly, and otherwise in every way that receivers have of failing. */
function misbehave(random: () => number): (request: SinkRequest) => Reply {
  const faults: Reply[] = [
    500,
    { status: 429, headers: { "retry-after": "0" } },
    { redirect: "http://127.0.0.1:1/elsewhere" },
    "hang",
    "reset",
    "drip",
    { status: 200, afterMs: 300 },
    { status: 503 },
  ];
  return () => (random() < 0.85 ? 200 : pick(random, faults));
}

async function strike(system: FaultySystem, random: () => number): Promise<string> {
  const blow = random();
  if (blow < 0.2) {
    await system.redis.kill(pick(random, ["SIGTERM", "SIGKILL"] as const));
    await delay(200 + random() * 1500);
    await system.redis.restart();
    return "redis restarted";
  }
  if (blow < 0.3) {
    system.redis.freeze();
    await delay(200 + random() * 3000);
    system.redis.thaw();
    return "redis frozen";
  }
  const worker = pick(random, system.workers);
  if (blow < 0.4) {
    system.process(worker).signal("SIGSTOP");
    await delay(500 + random() * 4000);
    system.process(worker).signal("SIGCONT");
    return `${worker} paused`;
  }
  const signal = blow < 0.5 ? "SIGTERM" : "SIGKILL";
  await system.replace(worker, signal);
  return `${worker} ${signal}`;
}

/** A run that lost its worker three times is given up, which is an end as good as success for what is promised here. */
const givenUp = /died 3 times/;

async function ended(system: FaultySystem, executionId: string): Promise<void> {
  await eventually(async () => {
    const { status, body } = await system.client.get(`/status/${executionId}`);
    const over = body["state"] === "SUCCESS" || givenUp.test(String(body["error"]));
    if (status !== 200 || !over) throw new Error(`${executionId}: ${status} ${JSON.stringify(body).slice(0, 500)}`);
  }, limitMs);
}

/** Waits until no delivery of the execution is open, and says what each of its feeds should have brought. */
async function settled(system: FaultySystem, { executionId, feeds }: Started): Promise<ExpectedFeed[]> {
  await eventually(async () => {
    const { body } = await system.client.get(`/api/v1/executions/${executionId}`);
    if (body["feeds_open"] !== 0) throw new Error(`${executionId}: ${JSON.stringify(body).slice(0, 1000)}`);
  }, limitMs);
  const events = await system.client.events(executionId);
  return Promise.all(
    feeds.map(async (feed, number) => ({
      ...feed,
      executionId,
      events,
      dead: await system.deadLetters(executionId, number),
    })),
  );
}
