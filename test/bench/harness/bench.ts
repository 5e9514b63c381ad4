import type { baselineHandlers } from "../processes/baseline-worker.ts";
import type { floorHandlers } from "../processes/floor.ts";
import type { PublisherHandlers } from "../processes/publisher.ts";
import type { receiverHandlers } from "../processes/receiver.ts";
import { totalEvents, type Load, type Published, type Received } from "../load.ts";
import { BenchRedis, callsBetween } from "./bench-redis.ts";
import { Child } from "./child.ts";
import { toMeasurement, type Measurement } from "./measurement.ts";
import { setTimeout as pause } from "node:timers/promises";
import { cpuSeconds, peakMegabytes, resetPeak } from "./process-meter.ts";
import { serviceEnvironment, startService, type Service } from "./services.ts";

/** A run that has not arrived completely by then has lost something, or the machine is far too busy. */
const maxWaitMs = 90_000;

export interface BenchOptions {
  /** Folder for `--cpu-prof` of the delivery worker and the publisher. */
  profiles?: string;
  logLevel?: string;
}

/** All processes of a benchmark, started once and idle while it is not their turn. */
export class Bench implements AsyncDisposable {
  readonly redis: BenchRedis;
  readonly worker: Service;
  readonly env: Record<string, string>;
  readonly receiver: Child<typeof receiverHandlers>;
  readonly publisher: Child<PublisherHandlers>;
  readonly baseline: Child<typeof baselineHandlers>;
  readonly floor: Child<typeof floorHandlers>;
  readonly #stack: AsyncDisposableStack;
  #runs = 0;

  private constructor(redis: BenchRedis, worker: Service, options: BenchOptions, stack: AsyncDisposableStack) {
    this.redis = redis;
    this.worker = worker;
    this.#stack = stack;
    const env = serviceEnvironment(redis.url, options.logLevel);
    this.env = env;
    this.receiver = stack.use(new Child("receiver", {}));
    this.publisher = stack.use(new Child("publisher", env, profiling(options)));
    this.baseline = stack.use(new Child("baseline-worker", env));
    this.floor = stack.use(new Child("floor", env));
  }

  static async start(options: BenchOptions = {}): Promise<Bench> {
    await using stack = new AsyncDisposableStack();
    const redis = stack.use(await BenchRedis.start());
    const env = serviceEnvironment(redis.url, options.logLevel);
    const worker = stack.use(await startService("delivery-worker", env, profiling(options)));
    return new Bench(redis, worker, options, stack.move());
  }

  /** The receiver's first `count` ports as webhook URLs. */
  urls(count: number): Promise<string[]> {
    return this.receiver.call("open", { count });
  }

  /** Runs one load from its first event to its last arrival, and measures everything about it. */
  async measure(load: Load, options: MeasureOptions = {}): Promise<Measurement> {
    const run = `r${(this.#runs += 1)}`;
    const { executions, eventsEach } = load;
    await this.receiver.call("expect", { run, executions, eventsEach });
    const execute = await this.#prepare(run, load, options.eventsPerBody ?? 1);
    const pids = this.#pids();
    for (const pid of Object.values(pids)) resetPeak(pid);
    const before = { cpu: readAll(pids, cpuSeconds), redis: await this.redis.counters() };
    const publishing = execute();
    const during = options.during?.(run);
    const expected = options.expected ?? totalEvents(load);
    const [published] = await Promise.all([publishing, during]);
    const received = await this.#arrived(run, expected, options.timeoutMs);
    // What is written after the last arrivals is part of their cost.
    await pause(options.settleMs ?? 100);
    const after = { cpu: readAll(pids, cpuSeconds), redis: await this.redis.counters() };
    const names = Object.keys(pids);
    const measurement = toMeasurement({
      load,
      received,
      expected,
      startedAt: published.startedAt,
      cpuSeconds: Object.fromEntries(names.map((name) => [name, (after.cpu[name] ?? 0) - (before.cpu[name] ?? 0)])),
      peakMb: readAll(pids, peakMegabytes),
      commands: callsBetween(before.redis, after.redis).reduce((sum, [, calls]) => sum + calls, 0),
      redisBytes: after.redis.bytes - before.redis.bytes,
    });
    if (options.recover !== undefined) {
      await options.recover();
      const whole = await this.#arrived(run, totalEvents(load), options.timeoutMs);
      measurement.lost = totalEvents(load) - whole.unique;
      measurement.duplicated = whole.duplicated;
    }
    await this.receiver.call("forget", { run });
    return measurement;
  }

  /**
   * Publishes a load in parallel to others, unmeasured; `arrived` waits for all of it and returns how many never
   * arrived.
   */
  async background(load: Load): Promise<{ published: Promise<Published>; arrived: () => Promise<number> }> {
    const run = `r${(this.#runs += 1)}`;
    const { executions, eventsEach } = load;
    await this.receiver.call("expect", { run, executions, eventsEach });
    const execute = await this.#prepare(run, load, 1);
    const published = execute();
    const arrived = async (): Promise<number> => {
      await published;
      const received = await this.#arrived(run, totalEvents(load));
      await this.receiver.call("forget", { run });
      return totalEvents(load) - received.unique;
    };
    return { published, arrived };
  }

  #arrived(run: string, events: number, timeoutMs = maxWaitMs): Promise<Received> {
    return this.receiver.call("until", { run, events, timeoutMs });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }

  async #prepare(run: string, load: Load, perBody: number): Promise<() => Promise<Published>> {
    if (load.carrier === "floor") {
      await this.floor.call("prepare", { run, load, perBody });
      return () => this.floor.call("send", { run, load });
    }
    if (load.carrier === "baseline") await this.baseline.call("concurrency", { jobs: load.concurrency });
    await this.publisher.call("prepare", { run, load });
    return () => this.publisher.call("publish", { run });
  }

  #pids(): Record<string, number> {
    return {
      redis: this.redis.pid,
      publisher: this.publisher.pid,
      "delivery-worker": this.worker.pid,
      baseline: this.baseline.pid,
      floor: this.floor.pid,
      receiver: this.receiver.pid,
    };
  }
}

export interface MeasureOptions {
  /** Events in one request of the floor. */
  eventsPerBody?: number;
  /** Events that are expected to arrive, if not all are. */
  expected?: number;
  timeoutMs?: number;
  settleMs?: number;
  /** Called after the measurement, to let the rest arrive: then everything is counted again, to find losses. */
  recover?: () => Promise<void>;
  /** What is done while it runs. */
  during?: (run: string) => Promise<void>;
}

function readAll(pids: Record<string, number>, read: (pid: number) => number): Record<string, number> {
  return Object.fromEntries(Object.entries(pids).map(([name, pid]) => [name, read(pid)]));
}

function profiling({ profiles }: BenchOptions): string[] {
  return profiles === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${profiles}`];
}
