import { runExecutionJobSchema, type ExecutionId, type RunExecutionJob } from "@crewstream/contracts";
import { runsQueue, startWorker, type JobLease, type JobResult } from "@crewstream/queue";
import type { Store } from "@crewstream/redis";
import { createMetrics, type Logger } from "@crewstream/service";
import { silentLog } from "./executions.ts";

/** A worker of the runs queue in the test's own process, which takes one job at a time. */
export function startRunWorker(
  store: Store,
  handle: (id: ExecutionId, lease: JobLease) => JobResult | Promise<JobResult>,
  { lockMs = 10_000, log = silentLog }: { lockMs?: number; log?: Logger } = {},
): AsyncDisposable {
  return startWorker<RunExecutionJob>({
    store,
    queue: runsQueue,
    schema: runExecutionJobSchema,
    concurrency: 1,
    lockMs,
    log,
    metrics: createMetrics("test"),
    deadline: new AbortController().signal,
    handle: async ({ executionId }, lease) => handle(executionId, lease),
  });
}
