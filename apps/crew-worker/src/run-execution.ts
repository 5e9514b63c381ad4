import { resolve } from "node:path";
import { AppError, ErrorCode, hasEnded, type ExecutionId } from "@crewstream/contracts";
import { jobDone, type JobResult } from "@crewstream/queue";
import {
  claimLease,
  decrementRunCount,
  readExecution,
  readSubscriptions,
  releaseLease,
  type ExecutionRecord,
  type Lease,
} from "@crewstream/redis";
import type { CrewContext } from "./crew-context.ts";
import { finishRun } from "./finish-run.ts";
import { giveUp } from "./give-up.ts";
import { keepLease } from "./heartbeat.ts";
import { answerOverdue } from "./overdue-answers.ts";
import type { ServedEntry } from "./registry.ts";
import { RunHost } from "./run-host.ts";
import { Subscribers } from "./subscribers.ts";
import type { RunOrder } from "./threads/protocol.ts";
import { runInThread } from "./threads/run-in-thread.ts";
import { RunTrace } from "./trace/run-trace.ts";

/** A job for an automation that only other workers serve is returned to the queue for this long. */
const elsewhereMs = 1000;
/** A run that crashed its worker this often is the cause, not the victim. */
const poisonRuns = 3;

/**
 * Runs or resumes an execution: acquires the lease, lets a thread or a Python process replay what its journal holds,
 * and continues from there. Earlier holders of the lease can no longer write. `deadline` is the shutdown's: the run is
 * then handed over.
 */
export async function runExecution(context: CrewContext, id: ExecutionId, deadline: AbortSignal): Promise<JobResult> {
  // After an outage the queue assumes that nobody has the job; if this worker still runs it, it continues here.
  if (context.live.has(id)) return { kind: "later", delayMs: elsewhereMs };
  context.live.add(id);
  try {
    return await runUnlessEnded(context, id, deadline);
  } finally {
    context.live.delete(id);
  }
}

async function runUnlessEnded(context: CrewContext, id: ExecutionId, deadline: AbortSignal): Promise<JobResult> {
  const execution = await readExecution(context.store, id);
  if (execution === undefined || hasEnded(execution.state)) return jobDone;
  if (execution.state === "PAUSED") {
    const { goOn, waitMs } = await answerOverdue(context.store, execution, Date.now());
    if (!goOn) return waitMs === undefined ? jobDone : { kind: "later", delayMs: waitMs };
  }
  const entry = context.automations.get(execution.automation);
  if (entry === undefined) return { kind: "later", delayMs: elsewhereMs };

  const leaseMs = context.config.LEASE_MS;
  const claim = await claimLease(context.store, id, { owner: context.worker, leaseMs });
  if ("refused" in claim) return claim.refused === "held" ? { kind: "later", delayMs: claim.leftMs + 50 } : jobDone;

  const log = context.log.child({ executionId: id, automation: execution.automation, epoch: claim.lease.epoch });
  const controller = new AbortController();
  const handOver = () => controller.abort(deadline.reason);
  if (deadline.aborted) handOver();
  deadline.addEventListener("abort", handOver);
  using _lease = keepLease(context.store, id, { epoch: claim.lease.epoch, leaseMs, controller, log });
  try {
    const run = { execution, entry, lease: claim.lease, signal: controller.signal };
    return await traced({ ...context, log }, run);
  } finally {
    deadline.removeEventListener("abort", handOver);
  }
}

interface LeasedRun {
  execution: ExecutionRecord;
  entry: ServedEntry;
  lease: Lease;
  signal: AbortSignal;
  trace?: RunTrace | undefined;
}

async function traced(context: CrewContext, run: LeasedRun): Promise<JobResult> {
  if (context.tracing === undefined) return runWithLease(context, run);
  const trace = new RunTrace(context.tracing, run.execution, run.lease);
  try {
    return await trace.within(() => runWithLease(context, { ...run, trace }));
  } finally {
    trace.close();
  }
}

async function runWithLease(context: CrewContext, run: LeasedRun): Promise<JobResult> {
  const { execution, entry, lease, signal, trace } = run;
  const { store, config, log } = context;
  const { id } = execution;
  const startedAt = Date.now();
  log.info({ runs: lease.runs }, "run.started");
  const subscriptions = await readSubscriptions(store, id, execution.feeds);
  const subscribers = new Subscribers(subscriptions, {
    maxWaitMs: config.WEBHOOK_BATCH_MAX_WAIT_MS,
    maxEvents: config.WEBHOOK_BATCH_MAX_EVENTS,
    maxBytes: config.WEBHOOK_BATCH_MAX_BYTES,
  });
  const host = new RunHost(context, { execution, lease, subscribers, signal, trace });
  if (lease.seq > 0) await trace?.recall(() => host.stream());
  try {
    if (execution.cancel !== undefined) {
      await giveUp(host, execution, { state: "REVOKED", error: "The execution was cancelled" });
    } else if (lease.runs > poisonRuns) {
      const why = execution.last_fault === undefined ? "" : ` The last time: ${execution.last_fault}`;
      await giveUp(host, execution, {
        state: "FAILED",
        error: `Its worker died ${poisonRuns} times while running it.${why}`,
      });
    } else {
      const order = { ...orderOf(context, execution, entry), ...(await host.earlier()) };
      if (entry.python === undefined) await runInThread(context.threads, order, { host, signal });
      else await context.python.run(entry.python, order, { host, signal });
    }
  } catch (error) {
    return handOver(context, { execution, lease, host, trace, startedAt, error });
  }
  return conclude(context, { id, trace, startedAt });
}

/** After the last write of a run that has ended or paused. */
async function conclude(
  context: CrewContext,
  { id, trace, startedAt }: { id: ExecutionId; trace: RunTrace | undefined; startedAt: number },
): Promise<JobResult> {
  const ended = await finishRun(context, id);
  trace?.conclude(ended?.state ?? "gone");
  logFinished(context.log, ended, Date.now() - startedAt);
  return jobDone;
}

/** One line per run; for a failure with its error and location. */
function logFinished(log: CrewContext["log"], ended: ExecutionRecord | undefined, durationMs: number): void {
  const facts = { state: ended?.state, durationMs };
  if (ended?.state !== "FAILED") return log.info(facts, "run.finished");
  const { error, error_type: errorType, error_location: at, error_stack: stack } = ended;
  return log.error({ ...facts, error, errorType, at, stack }, "run.finished");
}

/** What a thread needs to know about a run, apart from what was written of it before. */
function orderOf(
  { config, env }: CrewContext,
  execution: ExecutionRecord,
  entry: ServedEntry,
): Omit<RunOrder, "seq" | "knownIds" | "journal"> {
  return {
    executionId: execution.id,
    automation: execution.automation,
    kind: execution.kind,
    path: entry.path,
    inputs: execution.inputs,
    root: entry.root,
    defaultModel: config.MODEL,
    ...(config.MODEL_OVERRIDE === undefined ? {} : { modelOverride: config.MODEL_OVERRIDE }),
    env,
    maxEventBytes: config.EVENT_MAX_BYTES,
    limits: { seconds: config.RUN_MAX_SECONDS, events: config.RUN_MAX_EVENTS, tokens: config.RUN_MAX_TOKENS },
    onDivergence: config.RUN_ON_DIVERGENCE,
    directory: resolve(config.RUNS_DIR, execution.id),
    allowNetworks: config.AUTOMATION_ALLOW_NETWORKS ?? [],
    ...(execution.restore_from === undefined ? {} : { restoreFromStateId: execution.restore_from }),
  };
}

/** The run did not end by itself: another worker has it or is to get it immediately, or nobody can run it. */
async function handOver(
  context: CrewContext,
  run: Omit<LeasedRun, "entry" | "signal"> & { host: RunHost; startedAt: number; error: unknown },
): Promise<JobResult> {
  const { store, log } = context;
  const { execution, lease, host, trace, startedAt, error } = run;
  if (AppError.is(error, ErrorCode.leaseLost) || AppError.is(error, ErrorCode.executionGone)) {
    log.warn({ reason: error.message }, "run.lost");
    trace?.conclude("lost");
    // It did not renew its lease for too long (Redis was down, the process was suspended), but the run did not crash
    // it.
    await decrementRunCount(store, execution.id);
    return jobDone;
  }
  if (AppError.is(error, ErrorCode.shutdown)) {
    await releaseLease(store, execution.id, lease.epoch);
    log.info({}, "run.handed_over");
    trace?.conclude("handed_over");
    return { kind: "later", delayMs: 0 };
  }
  if (AppError.is(error, ErrorCode.limitExceeded)) {
    await giveUp(host, execution, { state: "FAILED", error: error.message });
    return conclude(context, { id: execution.id, trace, startedAt });
  }
  if (AppError.is(error, ErrorCode.cancelled)) {
    // It did not stop by itself, and its thread was ended: everything it had started is closed for it.
    await giveUp(host, execution, { state: "REVOKED", error: error.message });
    return conclude(context, { id: execution.id, trace, startedAt });
  }
  // The next run counts as one more; one that crashes its thread every time is given up after a few.
  log.error({ err: error }, "run.crashed");
  trace?.conclude("broke");
  const fault = error instanceof Error ? error.message : String(error);
  await host.append({ events: [], rows: [], fields: { last_fault: fault, lease_until: 0 } });
  return { kind: "later", delayMs: 500 };
}
