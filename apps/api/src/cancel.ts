import type { ExecutionRecord } from "@crewstream/redis";
import { cancelExecution, retireExecution, type CancelAnswer } from "@crewstream/redis";
import { retentionMs } from "@crewstream/service";
import type { ApiContext } from "./api-context.ts";

/**
 * Stops a run. If no worker had it, it has then ended, and its feeds are woken, so that they finish and everything of
 * it expires in time.
 */
export async function cancelRun(
  { store, queues, config }: Pick<ApiContext, "store" | "queues" | "config">,
  record: ExecutionRecord,
): Promise<CancelAnswer> {
  const answer = await cancelExecution(store, record.id, "The execution was cancelled");
  if (answer === "to_be_taken") await queues.enqueueRun(record, { replace: true });
  if (answer !== "ended") return answer;
  const feeds = Array.from({ length: record.feeds }, (_, feed) => feed);
  await Promise.all(
    feeds.map((feed) => queues.wakeFeed({ executionId: record.id, feed }, { delayMs: 0, flush: true })),
  );
  if (feeds.length === 0) {
    await retireExecution(store, record.id, { feeds: 0, retentionMs: retentionMs(config) });
  }
  return answer;
}
