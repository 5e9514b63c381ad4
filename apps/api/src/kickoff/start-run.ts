import { AppError, ErrorCode, type ExecutionId } from "@crewstream/contracts";
import type { Queues } from "@crewstream/queue";
import { createExecution, isOutage, readExecution, type NewExecution, type Store } from "@crewstream/redis";
import { retentionMs } from "@crewstream/service";
import type { ApiContext } from "../api-context.ts";
import type { KickoffClaim } from "./idempotency.ts";

/** Within two seconds a client has its answer; Redis gets most of them. */
const maxWaitMs = 1700;
/** Nobody knows when a run will end; a client that asks this often is no load. */
const openRunsRetrySeconds = 5;

/**
 * Stores an execution and asks for its run, in two round trips. When that fails, the client is told so and what
 * may have been done is taken back, unless it sent an idempotency key: then its next try finds out, and goes on.
 * @throws AppError `store_unavailable`, or `rate_limited` when as many runs of its token are open as may be
 */
export async function startRun(
  context: Pick<ApiContext, "store" | "queues" | "compensations" | "config">,
  claim: KickoffClaim,
  execution: NewExecution,
): Promise<void> {
  const { store, queues, compensations, config } = context;
  if (claim.repeated && (await hasBegun(store, execution.id, retentionMs(config)))) return;
  const maxOpen = config.MAX_OPEN_RUNS_PER_TOKEN;
  const attempt = storeAndEnqueue(store, queues, { ...execution, maxOpen });
  try {
    await inTime(attempt);
  } catch (cause) {
    if (AppError.is(cause, ErrorCode.rateLimited)) throw tooManyOpen(execution.token, maxOpen);
    if (!claim.keyed) compensations.discardAfter(attempt, execution.id, execution.subscriptions.length);
    const advice = claim.keyed ? "repeat it with the same Idempotency-Key" : "nothing was started, try again soon";
    const reason = isOutage(cause) ? `${store.connections.explain(cause)}. The kickoff failed` : "The kickoff failed";
    throw new AppError(`${reason}: ${advice}.`, {
      code: ErrorCode.storeUnavailable,
      retryable: true,
      cause,
    });
  }
}

function tooManyOpen(token: string, maxOpen: number): AppError {
  return new AppError(
    `Run limit reached: the token "${token}" has ${maxOpen} open runs, as many as it may. Try again when one has ended.`,
    {
      code: ErrorCode.rateLimited,
      retryable: true,
      details: { max_open_runs: maxOpen, retry_after_seconds: openRunsRetrySeconds },
    },
  );
}

/** The job is added when its record is there: a worker that takes one without a record drops it. */
async function storeAndEnqueue(store: Store, queues: Queues, execution: NewExecution): Promise<void> {
  await queues.enqueueRun(execution, { after: createExecution(store, execution) });
}

/**
 * Whether the run of a repeated kickoff needs no more help. A record that is not there was never written, or has
 * expired; it cannot have expired sooner than the retention allows.
 */
async function hasBegun(store: Store, id: ExecutionId, keptMs: number): Promise<boolean> {
  const record = await readExecution(store, id);
  return record === undefined ? Date.now() - createdAt(id) >= keptMs : record.state !== "PENDING";
}

/** When a UUID of version 7 was made, in ms: its first 48 bits. */
function createdAt(id: ExecutionId): number {
  return Number.parseInt(id.replaceAll("-", "").slice(0, 12), 16);
}

async function inTime(attempt: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error("Command timed out")), maxWaitMs);
  });
  try {
    await Promise.race([attempt, late]);
  } finally {
    clearTimeout(timer);
  }
}
