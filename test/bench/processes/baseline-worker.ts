import { Worker } from "bullmq";
import { Redis } from "ioredis";
import { serveParent } from "../harness/messages.ts";
import { baselineQueue, type BaselineJob } from "./job-writer.ts";
import { plainClient } from "./plain-client.ts";

/** The simple way: a worker that takes one job per event and posts it; BullMQ retries failures. */
const client = plainClient(32);
const worker = new Worker<BaselineJob>(
  baselineQueue,
  async ({ data }) => {
    await client.post(data.url, { body: data.body });
  },
  {
    connection: new Redis(process.env["REDIS_URL"] ?? "", { maxRetriesPerRequest: null }),
    concurrency: 32,
    drainDelay: 10,
  },
);
worker.on("error", () => undefined);

/** The benchmark's requests to the baseline. */
export const baselineHandlers = {
  concurrency({ jobs }: { jobs: number }): void {
    worker.concurrency = jobs;
  },
};

await worker.waitUntilReady();
serveParent(baselineHandlers);
