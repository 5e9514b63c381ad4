import { AppError, createdAt, ErrorCode, waitAtMost, type ExecutionId } from "@crewstream/contracts";
import type { Queues } from "@crewstream/queue";
import { createExecution, isOutage, readExecution, type NewExecution, type Store } from "@crewstream/redis";
import { retentionMs } from "@crewstream/service";
import type { ApiContext } from "../api-context.ts";
import type { KickoffClaim } from "./idempotency.ts";

/** A client gets its response within two seconds; Redis gets most of that time. */
const maxWaitMs = 1700;
/** It is unknown when a run will end; a client that polls this often is not a load. */
const openRunsRetrySeconds = 5;

/**
 * Stores an execution and requests its run, in two round trips. If that fails, the client gets an error and what may
 * have been done is undone, unless it sent an idempotency key: then its retry finds out, and continues.
 * @throws AppError `store_unavailable`, or `rate_limited` if the maximum of open runs of its token is reached
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
    `Run limit reached: the token "${token}" has ${maxOpen} open runs, its maximum. Try again when one has ended.`,
    {
      code: ErrorCode.rateLimited,
      retryable: true,
      details: { max_open_runs: maxOpen, retry_after_seconds: openRunsRetrySeconds },
    },
  );
}

/** The job is added once its record exists: a worker that takes a job without a record drops it. */
async function storeAndEnqueue(store: Store, queues: Queues, execution: NewExecution): Promise<void> {
  await queues.enqueueRun(execution, { after: createExecution(store, execution) });
}

/**
 * Whether the run of a repeated kickoff needs no further action. A missing record was never written, or has expired; it
 * cannot have expired sooner than the retention allows.
 */
async function hasBegun(store: Store, id: ExecutionId, keptMs: number): Promise<boolean> {
  const record = await readExecution(store, id);
  return record === undefined ? Date.now() - createdAt(id) >= keptMs : record.state !== "PENDING";
}

/** @throws the error of an outage if the attempt takes too long */
async function inTime(attempt: Promise<void>): Promise<void> {
  if ((await waitAtMost(attempt, maxWaitMs)) === undefined) throw new Error("Command timed out");
}
