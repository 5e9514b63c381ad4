import {
  AppError,
  ErrorCode,
  hasEnded,
  type ExecutionId,
  type PausedOutcome,
  type RunOutcome,
} from "@crewstream/contracts";
import { jobDone, type JobResult, type Queues } from "@crewstream/queue";
import {
  appendStep,
  claimLease,
  readEventIds,
  readExecution,
  readJournal,
  readSubscriptions,
  releaseLease,
  retireExecution,
  type ExecutionRecord,
  type Lease,
  type Store,
} from "@crewstream/redis";
import type { Environment, Logger, Metrics } from "@crewstream/service";
import type { CrewWorkerConfig } from "./config.ts";
import { ExecutionWriter } from "./execution-writer.ts";
import { keepLease } from "./heartbeat.ts";
import { failedOutcome, outcomeFields } from "./outcome-fields.ts";
import { ProgressTracker } from "./progress.ts";
import type { LoadedAutomation } from "./registry.ts";
import { untilWritten } from "./retry-write.ts";
import { Subscribers } from "./subscribers.ts";

const dayMs = 24 * 3_600_000;
/** A job for an automation that only other workers serve goes back for this long. */
const elsewhereMs = 1000;
/** A run that took its worker down this often is the cause, not the victim. */
const poisonRuns = 3;

export interface CrewContext {
  config: CrewWorkerConfig;
  store: Store;
  queues: Queues;
  worker: string;
  automations: ReadonlyMap<string, LoadedAutomation>;
  env: Environment;
  log: Logger;
  metrics: Metrics;
  /** Told how many events were published, for the rates on the dashboard. */
  published: { add(events: number): void };
}

/**
 * Runs an execution, or runs it on: takes the lease, replays what its journal holds, and goes on from there. Whoever
 * held the lease before can write nothing any more. `signal` is the shutdown's deadline: the run is handed over.
 */
export async function runExecution(context: CrewContext, id: ExecutionId, signal: AbortSignal): Promise<JobResult> {
  const execution = await readExecution(context.store, id);
  if (execution === undefined || hasEnded(execution.state)) return jobDone;
  const loaded = context.automations.get(execution.automation);
  if (loaded === undefined) return { kind: "later", delayMs: elsewhereMs };

  const leaseMs = context.config.LEASE_MS;
  const claim = await claimLease(context.store, id, { owner: context.worker, leaseMs });
  if ("refused" in claim) return claim.refused === "held" ? { kind: "later", delayMs: claim.leftMs + 50 } : jobDone;

  const run = new Run(context, execution, claim.lease, signal);
  return run.toEnd(loaded);
}

class Run {
  readonly #context: CrewContext;
  readonly #execution: ExecutionRecord;
  readonly #lease: Lease;
  readonly #controller = new AbortController();
  readonly #log: Logger;

  constructor(context: CrewContext, execution: ExecutionRecord, lease: Lease, deadline: AbortSignal) {
    this.#context = context;
    this.#execution = execution;
    this.#lease = lease;
    this.#log = context.log.child({ executionId: execution.id, automation: execution.automation, epoch: lease.epoch });
    deadline.addEventListener("abort", () => this.#controller.abort(deadline.reason), {
      once: true,
      signal: this.#controller.signal,
    });
    if (deadline.aborted) this.#controller.abort(deadline.reason);
  }

  async toEnd(loaded: LoadedAutomation): Promise<JobResult> {
    const { id } = this.#execution;
    const startedAt = Date.now();
    this.#log.info({ runs: this.#lease.runs }, "run.started");
    using _lease = keepLease(this.#context.store, id, {
      epoch: this.#lease.epoch,
      leaseMs: this.#context.config.LEASE_MS,
      controller: this.#controller,
      log: this.#log,
    });
    const subscribers = new Subscribers(
      await readSubscriptions(this.#context.store, id, this.#execution.feeds),
      this.#context.config.WEBHOOK_BATCH_MAX_WAIT_MS,
    );
    const writer = await this.#openWriter(subscribers);
    try {
      const outcome = await this.#run(loaded, writer);
      writer.setFields(outcomeFields(outcome, Date.now()));
      await writer.flush();
      this.#log.info({ state: outcome.state, durationMs: Date.now() - startedAt }, "run.finished");
      this.#context.metrics.executionsFinished.inc({ state: outcome.state });
    } catch (error) {
      return this.#handOver(error);
    }
    await this.#afterEnd();
    return jobDone;
  }

  async #run(loaded: LoadedAutomation, writer: ExecutionWriter): Promise<RunOutcome | PausedOutcome> {
    const { config, env } = this.#context;
    if (this.#lease.runs > poisonRuns) {
      return failedOutcome(new Error(`The run was given up: its worker died ${poisonRuns} times while running it.`));
    }
    return loaded.automation.run({
      executionId: this.#execution.id,
      automation: this.#execution.automation,
      inputs: this.#execution.inputs,
      sink: writer,
      journal: writer,
      signal: this.#controller.signal,
      now: () => new Date(),
      defaultModel: config.MODEL,
      env,
    });
  }

  async #openWriter(subscribers: Subscribers): Promise<ExecutionWriter> {
    const { store, config, metrics, published } = this.#context;
    const { id } = this.#execution;
    const resumed = this.#lease.seq > 0;
    const [knownIds, journal] = resumed
      ? await Promise.all([readEventIds(store, id), readJournal(store, id)])
      : [new Map<string, number>(), new Map<string, string>()];
    const progress = new ProgressTracker(this.#execution.kind);
    return new ExecutionWriter({
      executionId: id,
      seq: this.#lease.seq,
      knownIds,
      journal,
      subscribers,
      maxEventBytes: config.EVENT_MAX_BYTES,
      observe: (event) => progress.observe(event, Date.now()),
      append: async (step) => {
        const write = () => appendStep(store, id, { ...step, epoch: this.#lease.epoch });
        const woken = await untilWritten(write, { signal: this.#controller.signal, log: this.#log });
        metrics.eventsPublished.inc(step.events.length);
        published.add(step.events.length);
        return woken;
      },
      wake: async (feeds) => {
        await Promise.all(feeds.map((feed) => this.#wake(feed, subscribers.delayOf(feed))));
      },
    });
  }

  #wake(feed: number, delayMs: number, flush = false): Promise<void> {
    return this.#context.queues.wakeFeed({ executionId: this.#execution.id, feed }, { delayMs, flush });
  }

  /** The end, or the pause, is durable; every feed is asked to send what it has. */
  async #afterEnd(): Promise<void> {
    const { store, config } = this.#context;
    // Read again: a replay may have added a feed while the run was under way.
    const record = await readExecution(store, this.#execution.id);
    if (record === undefined) return;
    await Promise.all(Array.from({ length: record.feeds }, (_, feed) => this.#wake(feed, 0, true)));
    if (record.feeds > 0 || !hasEnded(record.state)) return;
    await retireExecution(store, record.id, { feeds: 0, retentionMs: config.RETENTION_DAYS * dayMs });
  }

  /** The run did not end here: another worker has it, or is to have it at once. Anything else is a fault of ours. */
  async #handOver(error: unknown): Promise<JobResult> {
    const { store } = this.#context;
    if (AppError.is(error, ErrorCode.leaseLost) || AppError.is(error, ErrorCode.executionGone)) {
      this.#log.warn({ reason: error.message }, "run.lost");
      return jobDone;
    }
    if (AppError.is(error, ErrorCode.shutdown)) {
      await releaseLease(store, this.#execution.id, this.#lease.epoch);
      this.#log.info({}, "run.handed_over");
      return { kind: "later", delayMs: 0 };
    }
    this.#log.error({ err: error }, "run.broke");
    return { kind: "later", delayMs: 1000 };
  }
}
