import { addWaitingJob, opensAt, readBreaker, type WaitingJob } from "@crewstream/redis";
import type { EndpointContext } from "../context.ts";
import type { Wait } from "./endpoint-gate.ts";
import type { JobResult } from "../feed/backlog.ts";

/**
 * No job sleeps longer than this because of an endpoint's state, ms: if nothing wakes it, it checks again. An endpoint may
 * ask for a pause of a day (`Retry-After: 86400`), and recover, or be resumed by a person, within a minute.
 */
export const maxJobDelayMs = 30_000;
/** Jobs that return sooner than this are not noted as waiting, ms. */
const minNotedMs = 2000;
/** A process's own view of an endpoint may be this old, ms; see `EndpointGate`. */
const recheckMs = 1000;

/**
 * Returns a job to its queue because its endpoint takes no requests now, and notes that it waits. The endpoint may have
 * changed between the two, so its state is read once more after the note.
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
  // Spread, so that jobs that were refused together do not return together.
  return { kind: "later", delayMs: Math.min(waitMs, maxJobDelayMs * (0.8 + 0.2 * Math.random())) };
}
