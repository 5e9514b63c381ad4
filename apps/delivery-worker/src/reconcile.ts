import { hasEnded } from "@crewstream/contracts";
import type { DeliveryContext } from "@crewstream/delivery";
import {
  activeExecutions,
  forgetExecution,
  readDeadLetters,
  readExecution,
  readFeed,
  relist,
  retireExecution,
  takeTurn,
  tidyDeliveries,
  type ExecutionRecord,
  type FeedAddress,
  type FeedState,
} from "@crewstream/redis";

/** Executions looked at per partition and pass. */
const perPass = 200;

/**
 * Finds feeds that have undelivered events and no job, sealed deliveries without an owner, and parked ones without a
 * retry: what a crash between two writes, or a job that was removed, leaves behind. Waking is idempotent, so a feed
 * that was well is only asked once more. What has expired is taken off the lists.
 * @param everyMs pause between passes of the process whose turn it is
 */
export async function reconcile(context: DeliveryContext, everyMs: number, signal: AbortSignal): Promise<void> {
  if (!(await takeTurn(context.store, "reconcile", everyMs * 0.9))) return;
  await tidyDeliveries(context.store, { now: Date.now(), retentionMs: context.limits.retentionMs });
  for (let partition = 0; partition < context.store.partitions; partition += 1) {
    for (const id of await activeExecutions(context.store, partition, perPass)) {
      if (signal.aborted) return;
      const execution = await readExecution(context.store, id);
      if (execution === undefined) {
        await forgetExecution(context.store, id);
        continue;
      }
      await reconcileExecution(context, execution);
    }
  }
}

async function reconcileExecution(context: DeliveryContext, execution: ExecutionRecord): Promise<void> {
  const ended = hasEnded(execution.state);
  if (ended && execution.feeds_open <= 0) {
    const { retentionMs } = context.limits;
    await retireExecution(context.store, execution.id, { feeds: execution.feeds, retentionMs });
    return;
  }
  for (let feed = 0; feed < execution.feeds; feed += 1) {
    const address = { executionId: execution.id, feed };
    const state = await readFeed(context.store, address);
    if (state === undefined || state.state === "done") continue;
    const last = Math.min(execution.seq, state.until ?? execution.seq);
    const sealed = state.open.some((delivery) => delivery.state === "sealed");
    if (state.cursor < last || sealed || ended) await context.queues.wakeFeed(address, { delayMs: 0 });
    await reconcileParked(context, address, state);
  }
}

async function reconcileParked(context: DeliveryContext, address: FeedAddress, state: FeedState): Promise<void> {
  const { url } = state.subscription;
  for (const { first, nextAt = Date.now() } of state.open.filter((delivery) => delivery.state === "parked")) {
    await context.queues.scheduleRetry({ ...address, first }, { delayMs: nextAt - Date.now() });
    await relist(context.store, { ...address, first }, url, "retrying", nextAt);
  }
  for (const { first } of await readDeadLetters(context.store, address)) {
    await relist(context.store, { ...address, first }, url, "dead", Date.now());
  }
}
