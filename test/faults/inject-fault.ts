import { setTimeout as delay } from "node:timers/promises";
import type { WebhookSink } from "../support/webhook-sink.ts";
import type { FaultySystem } from "./faulty-system.ts";
import { pick } from "./random.ts";

type Fault = (system: FaultySystem, sink: WebhookSink, random: () => number) => Promise<void>;

/** By name, with its relative frequency among its kind. */
type Faults = readonly (readonly [name: string, weight: number, inject: Fault])[];

/** Faults of workers, and of the receiver. */
export const workerFaults: Faults = [
  ["worker SIGKILL", 25, (system, _, random) => system.replace(pick(random, system.workers), "SIGKILL")],
  ["worker SIGTERM", 17, (system, _, random) => system.replace(pick(random, system.workers), "SIGTERM")],
  ["worker paused", 12, pauseWorker],
  ["receiver down", 6, closeReceiver],
  ["receiver asks for a day", 8, askForSilence],
];

/** Faults of Redis. */
export const redisFaults: Faults = [
  ["Redis SIGKILL", 10, (system, _, random) => restartRedis(system, "SIGKILL", random)],
  ["Redis SIGTERM", 8, (system, _, random) => restartRedis(system, "SIGTERM", random)],
  ["Redis frozen", 10, freezeRedis],
  ["Redis connections cut", 10, (system) => system.cutConnections()],
  ["Redis scripts flushed", 4, (system) => system.flushScripts()],
];

/** Faults of the network between a random process and Redis. */
export const networkFaults: Faults = [
  ["connections silent", 10, silenceConnections],
  ["connections reset", 10, resetConnections],
  ["network slow", 10, slowNetwork],
];

/** Injects one of them. @returns its name */
export async function injectFault(
  kinds: Faults,
  system: FaultySystem,
  sink: WebhookSink,
  random: () => number,
): Promise<string> {
  let drawn = random() * kinds.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [name, weight, act] of kinds) {
    drawn -= weight;
    if (drawn >= 0) continue;
    await act(system, sink, random);
    return name;
  }
  throw new Error("no fault drawn");
}

async function restartRedis(system: FaultySystem, signal: "SIGKILL" | "SIGTERM", random: () => number): Promise<void> {
  await system.redis.kill(signal);
  await delay(200 + random() * 1500);
  await system.redis.restart();
}

async function freezeRedis(system: FaultySystem, _sink: WebhookSink, random: () => number): Promise<void> {
  system.redis.freeze();
  await delay(200 + random() * 3000);
  system.redis.thaw();
}

/** Some pauses outlast the worker's lease: it wakes up to find its work taken over. */
async function pauseWorker(system: FaultySystem, _sink: WebhookSink, random: () => number): Promise<void> {
  const worker = system.process(pick(random, system.workers));
  worker.signal("SIGSTOP");
  await delay(500 + random() * 4000);
  worker.signal("SIGCONT");
}

async function closeReceiver(_system: FaultySystem, sink: WebhookSink, random: () => number): Promise<void> {
  await sink.down();
  await delay(200 + random() * 1500);
  await sink.up();
}

/** Then it responds as before: an operator, who knows that, resumes it (see {@link Operator}). */
async function askForSilence(_system: FaultySystem, sink: WebhookSink): Promise<void> {
  sink.answerNext({ status: 429, headers: { "retry-after": "86400" } });
}

/** Present connections never respond again; the process must find out by itself. */
async function silenceConnections(system: FaultySystem, _sink: WebhookSink, random: () => number): Promise<void> {
  system.network(pick(random, system.names)).silence();
}

async function resetConnections(system: FaultySystem, _sink: WebhookSink, random: () => number): Promise<void> {
  system.network(pick(random, system.names)).reset();
}

async function slowNetwork(system: FaultySystem, _sink: WebhookSink, random: () => number): Promise<void> {
  const network = system.network(pick(random, system.names));
  network.latencyMs = Math.round(10 + random() * 200);
  await delay(500 + random() * 3000);
  network.latencyMs = 0;
}
