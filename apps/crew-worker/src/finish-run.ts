import { hasEnded, type ExecutionId } from "@crewstream/contracts";
import { readExecution, retireExecution, type ExecutionRecord } from "@crewstream/redis";
import { retentionMs } from "@crewstream/service";
import { nextDeadline } from "./overdue-answers.ts";
import type { CrewContext } from "./crew-context.ts";

/**
 * After a run has durably ended or paused: every feed is woken to send what it has, and to check whether more will
 * come; an execution without feeds begins to expire.
 */
export async function finishRun(context: CrewContext, id: ExecutionId): Promise<ExecutionRecord | undefined> {
  const { store, queues, config, metrics } = context;
  // Read again: a replay may have added a feed during the run.
  const record = await readExecution(store, id);
  if (record === undefined) return undefined;
  const feeds = Array.from({ length: record.feeds }, (_, feed) => feed);
  await Promise.all(feeds.map((feed) => queues.wakeFeed({ executionId: id, feed }, { delayMs: 0, flush: true })));
  if (record.state === "PAUSED") {
    const deadline = nextDeadline(record.updated_at ?? Date.now(), record.pending ?? []);
    if (deadline !== undefined) await queues.enqueueRun(record, { delayMs: Math.max(0, deadline - Date.now()) });
  }
  if (!hasEnded(record.state)) return record;
  metrics.executionsFinished.inc({ state: record.state });
  if (feeds.length === 0) await retireExecution(store, id, { feeds: 0, retentionMs: retentionMs(config) });
  return record;
}
