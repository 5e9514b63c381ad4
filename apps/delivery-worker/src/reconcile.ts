import { hasEnded } from "@crewstream/contracts";
import type { DeliveryContext } from "@crewstream/delivery";
import { activeExecutions, forgetExecution, readExecution, readFeed, takeTurn } from "@crewstream/redis";

/** Executions looked at per partition and pass. */
const perPass = 200;
/** Pause between passes of the process whose turn it is. */
export const reconcileEveryMs = 15_000;

/**
 * Finds feeds that have undelivered events and no job, sealed deliveries without an owner, and parked ones without a
 * retry: what a crash between two writes, or a job that was removed, leaves behind. Waking is idempotent, so a feed
 * that was well is only asked once more.
 */
export async function reconcile(context: DeliveryContext, signal: AbortSignal): Promise<void> {
  if (!(await takeTurn(context.store, "reconcile", reconcileEveryMs * 0.9))) return;
  for (let partition = 0; partition < context.store.partitions; partition += 1) {
    for (const id of await activeExecutions(context.store, partition, perPass)) {
      if (signal.aborted) return;
      const execution = await readExecution(context.store, id);
      if (execution === undefined) {
        await forgetExecution(context.store, id);
        continue;
      }
      for (let feed = 0; feed < execution.feeds; feed += 1) {
        const state = await readFeed(context.store, { executionId: id, feed });
        if (state === undefined || state.state === "done") continue;
        const behind = state.cursor < execution.seq || state.open.some((delivery) => delivery.state === "sealed");
        if (behind || hasEnded(execution.state))
          await context.queues.wakeFeed({ executionId: id, feed }, { delayMs: 0 });
        for (const parked of state.open.filter((delivery) => delivery.state === "parked")) {
          await context.queues.scheduleRetry(
            { executionId: id, feed, first: parked.first },
            { delayMs: (parked.nextAt ?? 0) - Date.now() },
          );
        }
      }
    }
  }
}
