import { AppError, ErrorCode, type ExecutionId } from "@crewstream/contracts";
import type { Queues } from "@crewstream/queue";
import { createExecution, isOutage, readExecution, type NewExecution, type Store } from "@crewstream/redis";
import { retentionMs } from "@crewstream/service";
import type { ApiContext } from "../api-context.ts";
import type { KickoffClaim } from "./idempotency.ts";

/** Within two seconds a client has its answer; Redis gets most of them. */
const patienceMs = 1700;

/**
 * Stores an execution and asks for its run, in one round trip. When that fails, the client is told so and what
 * may have been done is taken back, unless it sent an idempotency key: then its next try finds out, and goes on.
 * @throws AppError `store_unavailable`
 */
export async function startRun(
  context: Pick<ApiContext, "store" | "queues" | "compensations" | "config">,
  claim: KickoffClaim,
  execution: NewExecution,
): Promise<void> {
  const { store, queues, compensations, config } = context;
  if (claim.repeated && (await hasBegun(store, execution.id, retentionMs(config)))) return;
  const attempt = storeAndEnqueue(store, queues, execution);
  try {
    await inTime(attempt);
  } catch (cause) {
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

/**
 * One server executes what one connection sends in the order it was sent, so record and job go together. The nodes of
 * a cluster know no order among them: there a worker could take the job, find no record and drop it.
 */
async function storeAndEnqueue(store: Store, queues: Queues, execution: NewExecution): Promise<void> {
  const created = createExecution(store, execution);
  if (store.redis.isCluster) await created;
  await Promise.all([created, queues.enqueueRun(execution.id)]);
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
    timer = setTimeout(() => reject(new Error("Command timed out")), patienceMs);
  });
  try {
    await Promise.race([attempt, late]);
  } finally {
    clearTimeout(timer);
  }
}
