import { compileSelector, eventEnvelopeSchema, type ExecutionId, type StoredEvent } from "@crewstream/contracts";
import { oldestActive, readEvents, readExecutionHead, readFeed, type FeedState, type Store } from "@crewstream/redis";

/** Executions of a partition that are checked: the list is by age, so the first one found is nearly the oldest. */
const looked = 20;
/** Feeds of one execution: webhooks, legacy URLs and the first replays. */
const maxFeeds = 20;
/** Events after a feed's cursor that are searched for a selected one; each may be 1 MiB. */
const searched = 10;

/**
 * When the oldest event that a subscription selects, and that was neither acknowledged nor given up, was published: ISO
 * 8601, undefined if nothing waits.
 */
export async function oldestUndelivered(store: Store): Promise<string | undefined> {
  const partitions = Array.from({ length: store.partitions }, (_, partition) => partition);
  const found = await Promise.all(partitions.map((partition) => oldestOfPartition(store, partition)));
  return found.filter((time) => time !== undefined).sort()[0];
}

async function oldestOfPartition(store: Store, partition: number): Promise<string | undefined> {
  for (const id of await oldestActive(store, partition, looked)) {
    const time = await oldestOfExecution(store, id);
    if (time !== undefined) return time;
  }
  return undefined;
}

async function oldestOfExecution(store: Store, id: ExecutionId): Promise<string | undefined> {
  const head = await readExecutionHead(store, id);
  if (head === undefined) return undefined;
  let oldest: StoredEvent | undefined;
  for (let number = 0; number < maxFeeds; number += 1) {
    const feed = await readFeed(store, { executionId: id, feed: number });
    if (feed === undefined) break;
    const waiting = await firstWaiting(store, id, feed, head.seq);
    if (waiting !== undefined && (oldest === undefined || waiting.seq < oldest.seq)) oldest = waiting;
  }
  return oldest === undefined ? undefined : eventEnvelopeSchema.parse(JSON.parse(oldest.json)).timestamp;
}

/** The first event of a feed that is in an open delivery, or selected and after the cursor. */
async function firstWaiting(
  store: Store,
  id: ExecutionId,
  { open, cursor, state, until, subscription }: FeedState,
  seq: number,
): Promise<StoredEvent | undefined> {
  const [delivery] = open;
  if (delivery !== undefined) return (await readEvents(store, id, { from: delivery.first, limit: 1 }))[0];
  if (state !== "open" || cursor >= Math.min(seq, until ?? seq)) return undefined;
  const select = compileSelector(subscription.events);
  const events = await readEvents(store, id, { from: cursor + 1, limit: searched });
  return events.find(({ type }) => select(type) !== undefined);
}
