export { feedsQueue, operationsQueue, queueNames, retriesQueue, runsQueue } from "./names.ts";
export { Queues } from "./queues.ts";
export { jobDone, startWorker, type JobResult, type WorkerOptions } from "./worker.ts";
