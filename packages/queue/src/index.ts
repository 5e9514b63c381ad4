export type { JobLease } from "./job-lease.ts";
export { feedsQueue, operationsQueue, queueNames, retriesQueue, runsQueue } from "./names.ts";
export { Queues } from "./queues.ts";
export { queueTelemetry } from "./telemetry.ts";
export { openWorkerProcess, type WorkerProcess } from "./worker-process.ts";
export { jobDone, startWorker, type JobResult, type WorkerOptions } from "./worker.ts";
