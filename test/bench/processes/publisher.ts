import { newExecutionId } from "@crewstream/contracts";
import { Queues } from "@crewstream/queue";
import { announceWorker, claimLease, createExecution, openStore, type Store } from "@crewstream/redis";
import { createLogger } from "@crewstream/service";
import { Queue } from "bullmq";
import { Redis } from "ioredis";
import { eventType } from "../event-text.ts";
import { serveParent } from "../harness/messages.ts";
import { preciseNow, totalEvents, type Load, type Published } from "../load.ts";
import { emit, type EventWriter } from "./emit.ts";
import { baselineQueue, JobWriter } from "./job-writer.ts";
import { RunWriter } from "./run-writer.ts";

const redisUrl = process.env["REDIS_URL"] ?? "";
const open = (prefix: string): Store =>
  openStore(
    { REDIS_URL: redisUrl, KEY_PREFIX: prefix, QUEUE_PARTITIONS: 4 },
    {
      retry: "forever",
      log: createLogger({ name: "publisher", level: "warn" }),
      name: "publisher",
    },
  );
const store = open(process.env["KEY_PREFIX"] ?? "");
const queues = new Queues(store);
const baseline = new Queue(baselineQueue, { connection: new Redis(redisUrl, { maxRetriesPerRequest: null }) });
/** The wake's delay for a batched feed, as configured in the crew worker. */
const batchMaxWaitMs = 1000;
/** A backlog waits until its end brings the wake forward. */
const longMs = 600_000;

interface Prepared {
  load: Load;
  writers: EventWriter[];
}
const prepared = new Map<string, Prepared>();

/** The benchmark's requests to the publisher. */
export const publisherHandlers = {
  /**
   * Creates the executions of a run and acquires their leases: the work of a kickoff, which is not measured. The events
   * of a backlog are written here as well, and wait.
   */
  async prepare({ run, load }: { run: string; load: Load }): Promise<string[]> {
    const writers: EventWriter[] = [];
    for (let from = 0; from < load.executions; from += 100) {
      const numbers = Array.from({ length: Math.min(100, load.executions - from) }, (_, n) => from + n);
      writers.push(...(await Promise.all(numbers.map((number) => openWriter(load, number)))));
    }
    prepared.set(run, { load, writers });
    if (load.backlog === true) {
      if (load.carrier === "baseline") await baseline.pause();
      await emit(run, load, writers);
    }
    return writers.map(({ executionId }) => executionId);
  },

  /** Emits a prepared run, or releases its backlog; resolves when its last event is written. */
  async publish({ run }: { run: string }): Promise<Published> {
    const { load, writers } = prepared.get(run) ?? { load: undefined, writers: [] };
    if (load === undefined) throw new Error(`run ${run} is not prepared`);
    prepared.delete(run);
    const startedAt = load.backlog === true ? preciseNow() : await emit(run, load, writers);
    if (load.backlog === true && load.carrier === "baseline") await baseline.resume();
    await Promise.all(writers.map((writer) => writer.end()));
    return { events: totalEvents(load), startedAt, endedAt: preciseNow() };
  },

  /** Announces an automation, like a crew worker, so that the API accepts kickoffs that nobody runs. */
  async announce({ prefix, automation }: { prefix: string; automation: string }): Promise<void> {
    await using other = open(prefix);
    const kind = "flow" as const;
    const served = { name: automation, kind, description: "", inputs: [], required: [], version: "1" };
    const worker = { worker: "bench", host: "bench", pid: process.pid, startedAt: Date.now(), automations: [served] };
    await announceWorker(other, worker, 600_000);
  },

  /** Pauses the baseline's jobs. */
  async hold(_: object): Promise<void> {
    await baseline.pause();
  },

  /** Drops the baseline's jobs. */
  async obliterate(_: object): Promise<void> {
    await baseline.obliterate({ force: true });
    await baseline.resume();
  },
};
export type PublisherHandlers = typeof publisherHandlers;

async function openWriter(load: Load, number: number): Promise<EventWriter> {
  const id = newExecutionId();
  const url = load.urls[number % load.urls.length] ?? "";
  if (load.carrier === "baseline") return Object.assign(new JobWriter(baseline, url), { executionId: id });
  await createExecution(store, {
    id,
    automation: "bench",
    kind: "flow",
    inputs: {},
    meta: undefined,
    token: "bench",
    createdAt: Date.now(),
    subscriptions:
      url === "" ? [] : [{ url, events: [eventType], mode: load.mode, form: "events", ordering: "relaxed" }],
  });
  const claim = await claimLease(store, id, { owner: "bench", leaseMs: 600_000 });
  if ("refused" in claim) throw new Error(`no lease: ${claim.refused}`);
  const wakeDelayMs = load.backlog === true ? longMs : load.mode === "realtime" ? 0 : batchMaxWaitMs;
  return Object.assign(new RunWriter({ store, queues, id, lease: claim.lease, wakeDelayMs }), { executionId: id });
}

serveParent(publisherHandlers);
