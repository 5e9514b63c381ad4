import { hasEnded, type RetryDeliveryJob } from "@crewstream/contracts";
import { expediteRequested, type FeedContext } from "@crewstream/delivery";
import type { Queues } from "@crewstream/queue";
import {
  activeExecutions,
  forgetExecution,
  readDeadFirsts,
  readExecution,
  readFeed,
  readFeedHead,
  relistMissing,
  retireExecution,
  takeTurn,
  tidyDeliveries,
  type ExecutionRecord,
  type FeedAddress,
  type FeedState,
  type IndexedState,
} from "@crewstream/redis";

/** Executions that are checked per partition and pass. */
const perPass = 200;
/**
 * Parked deliveries and dead letters that are checked per pass, over all partitions. Each pass begins at a random position,
 * so that several passes eventually cover all of them.
 */
const deliveriesPerPass = 20_000;
/** Deliveries that are checked with one command. */
const pageSize = 200;
/** The lists are cleaned up at every fourth pass: nothing waits for it. */
const passesPerCleanup = 4;

export type ReconcileContext = Pick<FeedContext, "store" | "limits" | "log"> & { queues: Queues };

/**
 * Finds feeds that have undelivered events and no job, sealed and held deliveries that no job will send, and parked ones
 * without a retry job: what a crash between two writes, or a removed job, leaves behind. Waking is idempotent: it costs a
 * feed that had a job one pass at most. Expedites the deliveries of endpoints whose recovery was not acted on, and removes
 * what has expired from the lists.
 * @param everyMs interval between passes of the process whose turn it is
 */
export async function reconcile(context: ReconcileContext, everyMs: number, signal: AbortSignal): Promise<void> {
  const { store, limits } = context;
  if (!(await takeTurn(store, "reconcile", everyMs * 0.9))) return;
  if (await takeTurn(store, "tidy-deliveries", everyMs * (passesPerCleanup - 0.1))) {
    await tidyDeliveries(store, { now: Date.now(), retentionMs: limits.retentionMs });
  }
  await expediteRequested(context);
  for (let partition = 0; partition < store.partitions; partition += 1) {
    const budget = { left: Math.ceil(deliveriesPerPass / store.partitions) };
    for (const id of fromRandomPosition(await activeExecutions(store, partition, perPass))) {
      if (signal.aborted) return;
      const execution = await readExecution(store, id);
      if (execution === undefined) {
        await forgetExecution(store, id);
        continue;
      }
      await reconcileExecution(context, execution, budget);
    }
  }
}

/** How many deliveries a pass may still check. */
interface Budget {
  left: number;
}

async function reconcileExecution(
  context: ReconcileContext,
  execution: ExecutionRecord,
  budget: Budget,
): Promise<void> {
  const ended = hasEnded(execution.state);
  if (ended && execution.feeds_open <= 0) {
    const { retentionMs } = context.limits;
    await retireExecution(context.store, execution.id, { feeds: execution.feeds, retentionMs });
    return;
  }
  for (let feed = 0; feed < execution.feeds; feed += 1) {
    const address = { executionId: execution.id, feed };
    if (budget.left <= 0) {
      // Its deliveries are checked by another pass.
      const head = await readFeedHead(context.store, execution.id, feed);
      if (head === undefined || head.state === "done") continue;
      if (head.cursor < execution.seq || ended) await context.queues.wakeFeed(address, { delayMs: 0 });
      continue;
    }
    const state = await readFeed(context.store, address);
    if (state === undefined || state.state === "done") continue;
    const last = Math.min(execution.seq, state.until ?? execution.seq);
    const unsent = state.open.some((delivery) => delivery.state !== "parked");
    if (state.cursor < last || unsent || ended) await context.queues.wakeFeed(address, { delayMs: 0 });
    await reconcileDeliveries(context, address, state, budget);
  }
}

/** Adds missing jobs of parked deliveries, and lists deliveries and dead letters that are on no list. */
async function reconcileDeliveries(
  context: ReconcileContext,
  address: FeedAddress,
  feed: FeedState,
  budget: Budget,
): Promise<void> {
  const { store, queues } = context;
  const { url } = feed.subscription;
  const now = Date.now();
  const parked = feed.open.filter((delivery) => delivery.state === "parked");
  for (const page of pages(parked, budget)) {
    const dueAt = new Map(page.map(({ first, nextAt = now }) => [first, nextAt]));
    const jobs = page.map(({ first }): RetryDeliveryJob => ({
      executionId: address.executionId,
      feed: address.feed,
      first,
    }));
    for (const job of await queues.withoutRetry(jobs)) {
      await queues.scheduleRetry(job, { delayMs: (dueAt.get(job.first) ?? now) - now });
    }
    await relist("retrying", dueAt);
  }
  const dead = await readDeadFirsts(store, address);
  for (const page of pages(dead, budget)) await relist("dead", new Map(page.map((first) => [first, now])));

  async function relist(state: IndexedState, at: ReadonlyMap<number, number>): Promise<void> {
    await relistMissing(store, address, { url, state, at });
  }
}

/** The items in pages, from a random position on and around to it, as long as the budget lasts. */
function* pages<Item>(items: readonly Item[], budget: Budget): Generator<Item[]> {
  const rotated = fromRandomPosition(items);
  for (let start = 0; start < rotated.length && budget.left > 0; start += pageSize) {
    const page = rotated.slice(start, start + Math.min(pageSize, budget.left));
    budget.left -= page.length;
    yield page;
  }
}

function fromRandomPosition<Item>(items: readonly Item[]): Item[] {
  const start = Math.floor(Math.random() * items.length);
  return [...items.slice(start), ...items.slice(0, start)];
}
