import { setTimeout as delay } from "node:timers/promises";
import { eventually } from "../support/eventually.ts";
import type { Reply, SinkRequest } from "../support/sink-reply.ts";
import { WebhookSink } from "../support/webhook-sink.ts";
import { brokenPromises, type ExpectedFeed } from "./check-promises.ts";
import type { FaultySystem } from "./faulty-system.ts";
import { keepEvidence } from "./keep-evidence.ts";
import { Operator } from "./operator.ts";
import { pick, seededRandom } from "./random.ts";
import { networkFaults, redisFaults, injectFault, workerFaults } from "./inject-fault.ts";
import { pickSubscriptions, type FeedSettings } from "./subscriptions.ts";
import { tally, type Tally } from "./tally.ts";

const faultsPerKind = 3;
const feedsPerExecution = 4;
/** Long enough for the slowest run under faults on two busy cores. */
const limitMs = 240_000;

export interface FaultReport {
  seed: number;
  seconds: number;
  numbers: Tally;
  problems: string[];
}

/**
 * One run: kickoffs of each kind of automation, each with several kinds of feeds, to a receiver that misbehaves, while
 * faults are injected into workers, Redis and the network at once, in an order that follows from the seed. Afterwards
 * everything must have arrived, as promised. The evidence of a broken promise is kept.
 */
export async function faultRun(system: FaultySystem, seed: number): Promise<FaultReport> {
  const random = seededRandom(seed);
  const startedAt = Date.now();
  system.forgetReplaced();
  await using sink = await WebhookSink.start();
  // A separate sequence: the number and timing of requests must not affect which faults are injected.
  sink.script("", misbehave(seededRandom(seed + 1_000_000)));
  await using _operator = new Operator(system, sink.url(), seededRandom(seed + 3_000_000));
  const faults: string[] = [];
  try {
    const started = await Promise.all(automations(random).map((run, index) => kickoff(system, sink, seed, index, run)));
    // Several at a time, each with its own sequence.
    await Promise.all(
      [workerFaults, redisFaults, networkFaults].map(async (kinds, kind) => {
        const own = seededRandom(seed + 2_000_000 * (kind + 1));
        for (let count = 0; count < faultsPerKind; count += 1) {
          await delay(100 + own() * 700);
          faults.push(await injectFault(kinds, system, sink, own));
        }
      }),
    );
    const feeds = (await Promise.all(started.map((execution) => settled(system, execution)))).flat();
    const problems = feeds.flatMap((feed) =>
      brokenPromises(sink.requests(feed.path), feed).map((problem) => `${feed.path}: ${problem}`),
    );
    const numbers = tally(faults, feeds, sink.requests());
    if (problems.length > 0) problems.push(await keepEvidence(system, sink, seed, { faults, problems }));
    return { seed, seconds: secondsSince(startedAt), numbers, problems };
  } catch (error) {
    const kept = await keepEvidence(system, sink, seed, { faults, error: String(error) });
    const numbers = tally(faults, [], sink.requests());
    return { seed, seconds: secondsSince(startedAt), numbers, problems: [String(error), kept] };
  }
}

function secondsSince(startedAt: number): number {
  return Math.round((Date.now() - startedAt) / 1000);
}

interface Run {
  automation: string;
  inputs: Record<string, number>;
  feeds: FeedSettings[];
}

/** Some runs publish in bursts, some one event now and then, and some stream a model's responses. */
function automations(random: () => number): Run[] {
  const upTo = (from: number, more: number): number => from + Math.floor(random() * more);
  const burst = (): Run => ({
    automation: "burst",
    inputs: { count: upTo(60, 60), group: 5, pause_ms: 40, bytes: 200 },
    feeds: pickSubscriptions(random, feedsPerExecution),
  });
  const trickle = (): Run => ({
    automation: "burst",
    inputs: { count: upTo(20, 20), group: 1, pause_ms: upTo(50, 400), bytes: 200 },
    feeds: pickSubscriptions(random, feedsPerExecution),
  });
  const talk = (): Run => ({ automation: "talk", inputs: {}, feeds: pickSubscriptions(random, feedsPerExecution) });
  return [burst(), burst(), trickle(), trickle(), talk(), talk()];
}

type Started = { executionId: string; feeds: { path: string; settings: FeedSettings }[] };

async function kickoff(
  system: FaultySystem,
  sink: WebhookSink,
  seed: number,
  index: number,
  run: Run,
): Promise<Started> {
  const feeds = run.feeds.map((settings) => ({ path: `/${seed}/${index}/${settings.name}`, settings }));
  const executionId = await system.client.kickoff(run.automation, {
    inputs: run.inputs,
    webhooks: feeds.map(({ path, settings: { name: _, ...settings } }) => ({
      url: sink.url(path),
      events: ["*"],
      ...settings,
    })),
  });
  return { executionId, feeds };
}

/** A receiver that mostly responds correctly, and otherwise fails in every way that receivers can. */
function misbehave(random: () => number): (request: SinkRequest) => Reply {
  const faults: Reply[] = [
    500,
    422,
    { status: 429, headers: { "retry-after": "0" } },
    { redirect: "http://127.0.0.1:1/elsewhere" },
    "hang",
    "reset",
    "drip",
    { status: 200, afterMs: 300 },
    { status: 503 },
  ];
  return () => (random() < 0.88 ? 200 : pick(random, faults));
}

/** A run that lost its worker three times is given up, which counts as an end like success for these promises. */
const givenUp = /died 3 times/;

/**
 * Waits until a run has ended and none of its deliveries is open; returns what each of its feeds should have delivered.
 */
async function settled(system: FaultySystem, { executionId, feeds }: Started): Promise<ExpectedFeed[]> {
  await eventually(async () => {
    // Polled without a pause, the API alone would keep a core busy.
    await delay(250);
    const { status, body } = await system.client.get(`/status/${executionId}`);
    const over = body["state"] === "SUCCESS" || givenUp.test(String(body["error"]));
    if (status !== 200 || !over) throw new Error(`${executionId}: ${status} ${JSON.stringify(body).slice(0, 500)}`);
  }, limitMs);
  await eventually(async () => {
    await delay(250);
    const { body } = await system.client.get(`/api/v1/executions/${executionId}`);
    if (body["feeds_open"] !== 0) throw new Error(`${executionId}: ${JSON.stringify(body).slice(0, 1000)}`);
  }, limitMs);
  const events = await system.client.events(executionId);
  const attempts = await system.attempts(executionId);
  return Promise.all(
    feeds.map(async (expected, feed) => ({
      ...expected,
      executionId,
      feed,
      events: events.filter(({ type }) => expected.settings.events?.includes(type) ?? true),
      dead: await system.deadLetters(executionId, feed),
      attempts: attempts.filter((attempt) => attempt.feed === feed),
    })),
  );
}
