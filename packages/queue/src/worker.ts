import { AppError, errorMessage } from "@crewstream/contracts";
import type { Store } from "@crewstream/redis";
import { logFailure, type Logger, type Metrics } from "@crewstream/service";
import {
  DelayedError,
  UnrecoverableError,
  Worker,
  type Job,
  type Processor,
  type Telemetry,
  type WorkerOptions as BullWorkerOptions,
} from "bullmq";
import type { z } from "zod";
import { JobLeases, type JobLease } from "./job-lease.ts";
import { bullConnection, takeKeptJob } from "./queues.ts";
import { workerBackend } from "./worker-backend.ts";

/** What becomes of a job: it is finished, or returns after a delay without counting an attempt. */
export type JobResult = { kind: "done" } | { kind: "later"; delayMs: number };

export const jobDone: JobResult = { kind: "done" };

export interface WorkerOptions<Payload> {
  store: Store;
  queue: string;
  schema: z.ZodType<Payload>;
  concurrency: number;
  /** How long a job remains with a worker that does not renew its lock, in ms; it is renewed at half of that. */
  lockMs: number;
  log: Logger;
  metrics: Metrics;
  /** Aborted when the shutdown's deadline has passed. */
  deadline: AbortSignal;
  /** From `queueTelemetry`: a job is then processed within the trace that it carries. */
  telemetry?: Telemetry | undefined;
  handle(payload: Payload, lease: JobLease): Promise<JobResult>;
}

/**
 * Takes jobs from one queue: parses the payload, runs the handler, maps errors (a non-retryable error fails the job,
 * any other brings it back after a second). Disposing it stops intake at once and waits for running jobs; they get
 * `deadline` as their signal.
 */
export function startWorker<Payload>(options: WorkerOptions<Payload>): AsyncDisposable {
  const { store, queue, log, metrics } = options;
  const settings: BullWorkerOptions = {
    connection: bullConnection(store),
    prefix: store.keys.queue(queue),
    concurrency: options.concurrency,
    lockDuration: options.lockMs,
    // A killed worker's job is found at the first check after its lock has expired.
    stalledInterval: Math.max(1000, options.lockMs / 2),
    // A killed worker says nothing about the job, and handlers have their own limit for poison jobs.
    maxStalledCount: 1000,
    // The workers of ten queues poll this rarely when idle; a delayed job cuts the wait short. A wake that went to the
    // connection of a dead machine costs no more than that.
    drainDelay: 30,
    // No skipVersionCheck: BullMQ assumes that an unknown Redis cannot block for less than a second, and every batch
    // window and retry would be late by that much.
    runRetryDelay: 1000,
    ...(options.telemetry === undefined ? {} : { telemetry: options.telemetry }),
  };
  const leases = new JobLeases(options.lockMs);
  const handle: Processor<unknown> = (job, token) => run(options, leases, job, token);
  const worker = new Worker(queue, handle, settings, leases.watch(workerBackend(store)));
  worker.on("error", (error) => log.debug({ reason: error.message, queue }, "queue.connection_error"));
  worker.on("failed", (job, error) => {
    metrics.jobs.inc({ queue, result: "failed" });
    logFailure(log, "job.failed", { level: "error", fields: { err: error, queue, job: job?.data } });
  });
  return {
    async [Symbol.asyncDispose]() {
      const forced = new Promise<void>((resolve) => {
        options.deadline.addEventListener("abort", () => resolve(), { once: true });
      });
      // Running jobs get a moment after the deadline to hand over; then the connection is closed.
      await Promise.race([worker.close(), forced.then(() => graceAfterDeadline())]);
      await worker.close(true);
    },
  };
}

async function run<Payload>(
  options: WorkerOptions<Payload>,
  leases: JobLeases,
  job: Job<unknown>,
  token: string | undefined,
): Promise<void> {
  const { queue, metrics, log, store } = options;
  const payload = options.schema.safeParse(job.data);
  if (!payload.success) throw new UnrecoverableError(`The job's payload is invalid: ${payload.error.message}`);
  using lease = leases.begin(job, options.deadline);
  let result: JobResult;
  try {
    result = await options.handle(payload.data, lease);
  } catch (error) {
    if (AppError.is(error) && !error.retryable) throw new UnrecoverableError(errorMessage(error));
    logFailure(log, "job.will_retry", { level: "warn", fields: { err: error, queue, job: payload.data } });
    result = { kind: "later", delayMs: 1000 };
  }
  metrics.jobs.inc({ queue, result: result.kind });
  if (result.kind === "later") {
    await job.moveToDelayed(Date.now() + result.delayMs, token);
    // Another pass was requested while this one was active: BullMQ keeps that for when the job is finished, not
    // delayed.
    if (result.delayMs > 0 && (await takeKeptJob(store, queue, job))) await job.promote().catch(() => undefined);
    throw new DelayedError();
  }
}

function graceAfterDeadline(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 500).unref();
  });
}
