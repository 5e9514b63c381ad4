import type { ExecutionId } from "@crewstream/contracts";
import { ScriptError } from "../script-errors.ts";
import { callScript, runScript } from "../scripts.ts";
import type { Store } from "../store.ts";

/** A worker's right to write to an execution; `epoch` fences off earlier holders. */
export interface Lease {
  epoch: number;
  /** Sequence of the last event in the stream. */
  seq: number;
  /** How often the run was started, this time included. */
  runs: number;
}

/** Why a lease cannot be acquired. */
export type LeaseRefusal = "gone" | "ended" | "held" | "paused";

const refusals: Record<number, LeaseRefusal> = {
  [ScriptError.executionGone]: "gone",
  [ScriptError.executionEnded]: "ended",
  [ScriptError.leaseHeld]: "held",
  [ScriptError.executionPaused]: "paused",
};

/** Acquires the lease for `leaseMs`, or says why not; `leftMs` is what remains of another worker's lease. */
export async function claimLease(
  store: Store,
  id: ExecutionId,
  options: { owner: string; leaseMs: number },
): Promise<{ lease: Lease } | { refused: LeaseRefusal; leftMs: number }> {
  const keys = [store.keys.execution(id).exec];
  const [head = 0, second = 0, runs = 0] = await callScript(store.redis, "claim-lease", keys, [
    options.owner,
    options.leaseMs,
  ]);
  const refused = refusals[head];
  return refused === undefined ? { lease: { epoch: head, seq: second, runs } } : { refused, leftMs: second };
}

/**
 * Extends the lease.
 * @returns whether a cancel was requested
 * @throws AppError `lease_lost` if another worker has it
 */
export async function renewLease(
  store: Store,
  id: ExecutionId,
  options: { epoch: number; leaseMs: number },
): Promise<boolean> {
  const [cancel] = await runScript(
    store.redis,
    "renew-lease",
    [store.keys.execution(id).exec],
    [options.epoch, options.leaseMs],
  );
  return cancel === 1;
}

/**
 * Decrements the count of runs: this run's worker lost the lease but is alive, so the execution did not crash it. Not
 * fenced, as the worker no longer has an epoch.
 */
export async function decrementRunCount(store: Store, id: ExecutionId): Promise<void> {
  await runScript(store.redis, "decrement-runs", [store.keys.execution(id).exec], []);
}

/** Releases the lease, so that another worker need not wait until it expires. */
export async function releaseLease(store: Store, id: ExecutionId, epoch: number): Promise<void> {
  await runScript(store.redis, "renew-lease", [store.keys.execution(id).exec], [epoch, 0]);
}
