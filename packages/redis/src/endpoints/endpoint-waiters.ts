import { parseExecutionId } from "@crewstream/contracts";
import type { FeedAddress } from "../feeds/feeds.ts";
import type { Store } from "../store.ts";

/** A job that went back to its queue because of its endpoint's state: a feed's, or with `first` a delivery's retry. */
export type WaitingJob = FeedAddress & { first?: number };

/**
 * Records that a job waits for an endpoint, so that it can be woken when the endpoint's state changes. An entry is
 * useless once the job has returned by itself: entries older than `keptMs` are removed, which bounds the list.
 */
export async function addWaitingJob(
  { redis, keys }: Store,
  endpoint: string,
  job: WaitingJob,
  { now, keptMs }: { now: number; keptMs: number },
): Promise<void> {
  const key = keys.endpointWaiting(endpoint);
  await Promise.all([
    redis.zadd(key, now, memberOf(job)),
    redis.zremrangebyscore(key, "-inf", now - keptMs),
    redis.pexpire(key, keptMs),
  ]);
}

/** Removes up to `count` waiting jobs of an endpoint from the list, those that have waited longest first. */
export async function takeWaitingJobs({ redis, keys }: Store, endpoint: string, count: number): Promise<WaitingJob[]> {
  const flat = await redis.zpopmin(keys.endpointWaiting(endpoint), count);
  return flat.flatMap((text, index) => (index % 2 === 0 ? (parseMember(text) ?? []) : []));
}

function memberOf({ executionId, feed, first }: WaitingJob): string {
  return first === undefined ? `${executionId}/${feed}` : `${executionId}/${feed}/${first}`;
}

function parseMember(text: string): WaitingJob | undefined {
  const [id = "", feed, first] = text.split("/");
  const executionId = parseExecutionId(id);
  if (executionId === undefined) return undefined;
  return { executionId, feed: Number(feed), ...(first === undefined ? {} : { first: Number(first) }) };
}
