import type { ExecutionId, PendingInput } from "@crewstream/contracts";
import { answerHuman, type ExecutionRecord, type Store } from "@crewstream/redis";

/** When the first of these requests times out, in ms; undefined if none of them has a timeout. */
export function nextDeadline(pausedAt: number, pending: readonly PendingInput[]): number | undefined {
  const deadlines = pending.flatMap(({ timeoutSeconds }) =>
    timeoutSeconds === null ? [] : [pausedAt + timeoutSeconds * 1000],
  );
  return deadlines.length === 0 ? undefined : Math.min(...deadlines);
}

/**
 * Answers the timed-out requests of a paused run with their defaults.
 * @returns whether the run may continue, or else when to check again (ms from now), if ever
 */
export async function answerOverdue(
  store: Store,
  execution: ExecutionRecord,
  now: number,
): Promise<{ goOn: boolean; waitMs?: number }> {
  const pending = execution.pending ?? [];
  const pausedAt = execution.updated_at ?? execution.created_at;
  const overdue = pending.filter(
    ({ timeoutSeconds }) => timeoutSeconds !== null && pausedAt + timeoutSeconds * 1000 <= now,
  );
  for (const request of overdue) {
    if (await answerWithDefault(store, execution.id, request, now)) return { goOn: true };
  }
  const next = nextDeadline(pausedAt, pending);
  return next === undefined ? { goOn: false } : { goOn: false, waitMs: Math.max(50, next - now) };
}

function answerWithDefault(store: Store, id: ExecutionId, request: PendingInput, now: number): Promise<boolean> {
  const at = new Date(now).toISOString();
  const feedback = request.defaultOutcome ?? "";
  return answerHuman(store, id, request, { feedback, approved: null, at, source: "timeout", timedOut: true });
}
