import { drainFeed, retryDelivery, type FeedContext, type JobResult, type JobLease } from "@crewstream/delivery";
import { createDeliveryContext, deliveryWorkerSchema } from "@crewstream/delivery-worker";
import { Queues } from "@crewstream/queue";
import { readFeed, type FeedAddress, type FeedState, type Store } from "@crewstream/redis";
import { createMetrics, loadConfig } from "@crewstream/service";
import type { ExecutionId, ExecutionState, Subscription } from "@crewstream/contracts";
import { createTestExecution, events, openTestStore, publish, silentLog } from "./executions.ts";
import { testEnvironment } from "./services.ts";

/** A delivery worker's core in the test's own process: real Redis, real queues that nobody takes jobs from, real HTTP. */
export interface DeliveryInProcess extends AsyncDisposable {
  store: Store;
  queues: Queues;
  context: FeedContext;
  /** An execution with one feed for this subscription and `count` events. */
  execution(subscription: Subscription, count: number, state?: ExecutionState): Promise<FeedAddress>;
  publish(id: ExecutionId, step: { from: number; count: number; state?: ExecutionState }): Promise<void>;
  /** One pass over a feed, as its job makes it. */
  drain(address: FeedAddress, lease?: JobLease): Promise<JobResult>;
  /** One attempt of a parked delivery, as its job makes it. */
  retry(address: FeedAddress & { first: number }, lease?: JobLease): Promise<JobResult>;
  /** The feed as it is stored. */
  feed(address: FeedAddress): Promise<FeedState>;
  /** Jobs that wait or are delayed, over all partitions of a family of queues. */
  jobs(family: "feeds" | "retries"): Promise<(FeedAddress & { delayMs: number; first?: number })[]>;
  /** Removes all jobs, as if workers had taken them. */
  removeJobs(): Promise<void>;
}

/** A lease that lasts. */
export const heldLease: JobLease = { deadline: new AbortController().signal, held: () => true };

/**
 * Makes passes over a feed that lose their job's lock ever later, until one has sealed a delivery and may not send it.
 * @throws when no pass checks its lock between the two
 */
export async function sealOnly(delivery: DeliveryInProcess, feed: FeedAddress): Promise<void> {
  for (let checks = 1; checks < 20; checks += 1) {
    let checked = 0;
    await delivery.drain(feed, { ...heldLease, held: () => (checked += 1) <= checks });
    if ((await delivery.feed(feed)).open.length > 0) return;
  }
  throw new Error("No pass checks its lock between the seal and the request.");
}

export async function startDelivery(overrides: Record<string, string> = {}): Promise<DeliveryInProcess> {
  const env = testEnvironment(overrides);
  const config = loadConfig(deliveryWorkerSchema, env);
  const stack = new AsyncDisposableStack();
  const store = stack.use(openTestStore(env));
  const queues = stack.use(new Queues(store));
  const metrics = createMetrics("delivery-worker");
  const context = createDeliveryContext(config, { store, queues, log: silentLog, metrics, tracing: undefined, stack });
  return {
    store,
    queues,
    context,
    async execution(subscription, count, state) {
      const id = await createTestExecution(store, [subscription]);
      await publish(store, id, { events: events(id, { count }), ...(state === undefined ? {} : { state }) });
      return { executionId: id, feed: 0 };
    },
    async publish(id, { from, count, state }) {
      await publish(store, id, { events: events(id, { from, count }), ...(state === undefined ? {} : { state }) });
    },
    drain: (address, lease = heldLease) => drainFeed(context, address, lease),
    retry: (address, lease = heldLease) => retryDelivery(context, address, lease),
    async feed(address) {
      const feed = await readFeed(store, address);
      if (feed === undefined) throw new Error("The feed has expired.");
      return feed;
    },
    async jobs(family) {
      const own = queues.all().filter(({ name }) => name.startsWith(`${family}-`));
      const jobs = (await Promise.all(own.map((queue) => queue.getJobs(["waiting", "delayed"])))).flat();
      return jobs.map(({ data, delay }) => Object.assign({ delayMs: delay }, data as FeedAddress & { first?: number }));
    },
    async removeJobs() {
      await Promise.all(queues.all().map((queue) => queue.obliterate()));
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
