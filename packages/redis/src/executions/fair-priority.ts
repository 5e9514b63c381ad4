import { runScript } from "../scripts.ts";
import type { Store } from "../store.ts";

/** The keys of a queue that hold its owners' turns; all in one slot. */
export interface FairQueueKeys {
  /** BullMQ's sorted set of waiting jobs by priority. */
  waiting: string;
  /** Hash: owner → the last priority it was given. */
  turns: string;
  /** Exists if the job is waiting already. */
  job: string;
}

/**
 * The priority with which an owner's new job is added, so that the owners of a queue take turns: however many jobs one
 * of them adds, the next job of another waits for about one of them. Start-time fair queueing (Goyal, Vin and Cheng,
 * 1996) with jobs of equal cost.
 */
export async function fairPriority(
  store: Store,
  keys: FairQueueKeys,
  { owner, replace }: { owner: string; replace: boolean },
): Promise<number> {
  const list = [keys.waiting, keys.turns, keys.job];
  const [priority = 1] = await runScript(store.redis, "fair-priority", list, [owner, replace ? "1" : "0"]);
  return priority;
}
