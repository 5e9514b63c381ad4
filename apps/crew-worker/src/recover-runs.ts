import { hasEnded } from "@crewstream/contracts";
import { activeExecutions, forgetExecution, readExecution, takeTurn, type ExecutionRecord } from "@crewstream/redis";
import { nextDeadline } from "./overdue-answers.ts";
import type { CrewContext } from "./crew-context.ts";

const perPass = 200;
/** Younger ones may still be on their way to the queue. */
const graceMs = 5000;

/**
 * Finds executions that wait for a run and have no job: the API died between writing the record and the job, or the job
 * was removed. Requesting the run has no effect if a job exists.
 */
export async function recoverRuns(context: CrewContext, signal: AbortSignal): Promise<void> {
  const { store, queues } = context;
  if (!(await takeTurn(store, "recover-runs", context.config.RECONCILE_MS * 0.9))) return;
  for (let partition = 0; partition < store.partitions; partition += 1) {
    for (const id of await activeExecutions(store, partition, perPass)) {
      if (signal.aborted) return;
      const execution = await readExecution(store, id);
      if (execution === undefined) {
        await forgetExecution(store, id);
        continue;
      }
      if (isOrphan(execution, Date.now())) await queues.enqueueRun(execution);
    }
  }
}

/** Nobody holds its lease, and it is not on its way to another worker. */
function isOrphan(execution: ExecutionRecord, now: number): boolean {
  if (hasEnded(execution.state)) return false;
  if (execution.state === "PAUSED") {
    const deadline = nextDeadline(execution.updated_at ?? execution.created_at, execution.pending ?? []);
    return deadline !== undefined && deadline < now - graceMs;
  }
  return Math.max(execution.created_at, execution.lease_until ?? 0) < now - graceMs;
}
