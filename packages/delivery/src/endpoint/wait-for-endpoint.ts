import { addWaitingJob, opensAt, readBreaker, type WaitingJob } from "@crewstream/redis";
import type { EndpointContext } from "../context.ts";
import type { Wait } from "./endpoint-gate.ts";
import type { JobResult } from "../feed/backlog.ts";

/**
 * No job sleeps longer than this because of an endpoint's state, ms: whatever fails to wake it, it looks again. An
 * endpoint may ask for a day of silence (`Retry-After: 86400`), and be back, or be resumed by a person, in a minute.
 */
export const maxJobDelayMs = 30_000;
/** Jobs that return sooner than this need not be woken, ms. */
const minNotedMs = 2000;
/** A process's own view of an endpoint may be this old, ms; see `EndpointGate`. */
const recheckMs = 1000;

/**
 * Sends a job back to its queue because its endpoint takes no request now, and notes that it waits. The endpoint may have
 * been released between the question and the note, so its state is read once more after it.
 */
export async function waitForEndpoint(
  { store }: Pick<EndpointContext, "store">,
  endpoint: string,
  job: WaitingJob,
  { waitMs, blocked }: Wait,
): Promise<JobResult> {
  if (!blocked || waitMs < minNotedMs) return { kind: "later", delayMs: Math.min(waitMs, maxJobDelayMs) };
  const now = Date.now();
  await addWaitingJob(store, endpoint, job, { now, keptMs: 2 * maxJobDelayMs });
  const at = opensAt(await readBreaker(store, endpoint), now);
  if (at !== undefined && at <= now) return { kind: "later", delayMs: recheckMs };
  // Spread, so that jobs that were sent back together do not return together.
  return { kind: "later", delayMs: Math.min(waitMs, maxJobDelayMs * (0.8 + 0.2 * Math.random())) };
}
