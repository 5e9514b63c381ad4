import type { BulkRetryJob, DrainFeedJob, ExecutionId, RetryDeliveryJob, RunExecutionJob } from "@crewstream/contracts";
import { fairPriority, partitionOf, type Store } from "@crewstream/redis";
import { Queue, QueueKeys, type ConnectionOptions, type Job, type JobsOptions, type Telemetry } from "bullmq";
import { feedsQueue, operationsQueue, queueNames, retriesQueue, runsQueue } from "./names.ts";

/** Jobs are pointers into the store; completed ones are deleted, and a few failed ones are kept for inspection. */
const defaultJobOptions: JobsOptions = { removeOnComplete: true, removeOnFail: { count: 1000, age: 7 * 24 * 3600 } };

/** BullMQ's own event stream; nothing here reads far back in it. */
const eventStreamLength = 100;

/** The producing side of all queues of a deployment. */
export class Queues implements AsyncDisposable {
  readonly #store: Store;
  readonly #telemetry: Telemetry | undefined;
  readonly #open = new Map<string, Queue>();

  /** @param telemetry from {@link queueTelemetry}: jobs then carry the trace context of the caller */
  constructor(store: Store, telemetry?: Telemetry) {
    this.#store = store;
    this.#telemetry = telemetry;
  }

  /**
   * Requests a run, or its continuation. One job per execution: a second request while one waits is dropped, or with
   * `replace` replaces it (a pause's timeout is waiting, and the answer has arrived). Tokens take turns: the runs of
   * one wait behind each other, and not in front of those of another.
   * @param options.after what must have succeeded before the job is added, such as the record's creation
   */
  async enqueueRun(
    { id, token }: { id: ExecutionId; token: string },
    options: { delayMs?: number; replace?: boolean; after?: Promise<unknown> } = {},
  ): Promise<void> {
    const data: RunExecutionJob = { executionId: id };
    const { delayMs, replace = false, after } = options;
    const own = new QueueKeys(this.#store.keys.queue(runsQueue));
    const keys = {
      waiting: own.toKey(runsQueue, "prioritized"),
      turns: this.#store.keys.queueTurns(runsQueue),
      job: deduplicationKey(own, runsQueue, id),
    };
    const [priority] = await Promise.all([fairPriority(this.#store, keys, { owner: token, replace }), after]);
    await this.#queue(runsQueue).add("run", data, {
      priority,
      ...(delayMs === undefined ? {} : { delay: delayMs }),
      deduplication: { id, keepLastIfActive: true, ...(replace ? { replace } : {}) },
    });
  }

  /**
   * Wakes a feed after `delayMs`. While a wake is waiting, further ones are dropped; while the feed is being drained,
   * one more pass is queued after it. `flush` brings a waiting wake forward.
   */
  async wakeFeed(job: DrainFeedJob, options: { delayMs: number; flush?: boolean }): Promise<void> {
    const partition = partitionOf(job.executionId, this.#store.partitions);
    await this.#queue(feedsQueue(partition)).add("drain", job, {
      delay: options.delayMs,
      deduplication: {
        id: `${job.executionId}-${job.feed}`,
        keepLastIfActive: true,
        ...(options.flush === true ? { replace: true } : {}),
      },
    });
  }

  /** Schedules the next attempt of a parked delivery. One job per delivery: `replace` moves a waiting one. */
  async scheduleRetry(job: RetryDeliveryJob, options: { delayMs: number; replace?: boolean }): Promise<void> {
    const partition = partitionOf(job.executionId, this.#store.partitions);
    await this.#queue(retriesQueue(partition)).add("retry", job, {
      delay: Math.max(0, Math.round(options.delayMs)),
      deduplication: {
        id: retryId(job),
        keepLastIfActive: true,
        ...(options.replace === true ? { replace: true } : {}),
      },
    });
  }

  /**
   * The parked deliveries of one execution that have no job, out of those given. Two commands if all of them have one.
   */
  async withoutRetry(jobs: readonly RetryDeliveryJob[]): Promise<RetryDeliveryJob[]> {
    const [one] = jobs;
    if (one === undefined) return [];
    const { redis, keys, partitions } = this.#store;
    const queue = retriesQueue(partitionOf(one.executionId, partitions));
    const own = new QueueKeys(keys.queue(queue));
    const ids = await redis.mget(jobs.map((job) => deduplicationKey(own, queue, retryId(job))));
    const known = ids.filter((id) => id !== null);
    const alive = known.length === 0 ? 0 : await redis.exists(known.map((id) => own.toKey(queue, id)));
    // A key without its job is rare, and adding a job that exists has no effect.
    return alive < known.length ? [...jobs] : jobs.filter((_, index) => ids[index] === null);
  }

  /** Starts a bulk operation that is in the store. */
  async enqueueBulkRetry(bulkId: string): Promise<void> {
    const data: BulkRetryJob = { bulkId };
    await this.#queue(operationsQueue).add("bulk-retry", data, { deduplication: { id: bulkId } });
  }

  /** Jobs by queue and state, for gauges and the dashboard. */
  async depths(): Promise<{ queue: string; waiting: number; delayed: number; active: number }[]> {
    return Promise.all(
      queueNames(this.#store.partitions).map(async (queue) => {
        const counts = await this.#queue(queue).getJobCounts("wait", "prioritized", "delayed", "active");
        const { wait = 0, prioritized = 0, delayed = 0, active = 0 } = counts;
        return { queue, waiting: wait + prioritized, delayed, active };
      }),
    );
  }

  /** All queues, for a view of their jobs; this object still closes them. */
  all(): Queue[] {
    return queueNames(this.#store.partitions).map((name) => this.#queue(name));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#open.values()].map((queue) => queue.close()));
  }

  #queue(name: string): Queue {
    const existing = this.#open.get(name);
    if (existing !== undefined) return existing;
    const queue = new Queue(name, {
      connection: bullConnection(this.#store),
      prefix: this.#store.keys.queue(name),
      defaultJobOptions,
      streams: { events: { maxLen: eventStreamLength } },
      skipVersionCheck: true,
      ...(this.#telemetry === undefined ? {} : { telemetry: this.#telemetry }),
    });
    // A lost connection is logged once, by the store's own listener.
    queue.on("error", () => undefined);
    this.#open.set(name, queue);
    return queue;
  }
}

/** The key under which BullMQ keeps the id of a deduplicated job, until the job is done or removed. */
function deduplicationKey(keys: QueueKeys, queue: string, id: string): string {
  return `${keys.toKey(queue, "de")}:${id}`;
}

/** Deduplication id of a delivery's retry: it has one job. */
function retryId(job: RetryDeliveryJob): string {
  return `${job.executionId}-${job.feed}-${job.first}`;
}

/**
 * Takes what was requested of a deduplicated job while it was active (BullMQ's `dn` key).
 * @returns whether anything was
 */
export async function takeKeptJob({ redis, keys }: Store, queue: string, job: Job<unknown>): Promise<boolean> {
  if (job.deduplicationId === undefined) return false;
  const own = new QueueKeys(keys.queue(queue));
  return (await redis.del(`${own.toKey(queue, "dn")}:${job.deduplicationId}`)) === 1;
}

/** Our connection in BullMQ's type; BullMQ shares it for commands and opens its own for blocking reads. */
export function bullConnection(store: Store): ConnectionOptions {
  return store.redis;
}
