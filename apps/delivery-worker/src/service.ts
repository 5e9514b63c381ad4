import { bulkRetryJobSchema, drainFeedJobSchema, retryDeliveryJobSchema } from "@crewstream/contracts";
import { drainFeed, retryDelivery, runBulkOperation, type EndpointGate } from "@crewstream/delivery";
import { feedsQueue, jobDone, openWorkerProcess, operationsQueue, retriesQueue, startWorker } from "@crewstream/queue";
import { inFlightAnnouncer } from "@crewstream/redis";
import { superviseLoops, type Loop, type RunningService, type ServiceContext } from "@crewstream/service";
import type { DeliveryWorkerConfig } from "./config.ts";
import { createDeliveryContext, slotsPerPartition } from "./context.ts";
import { gaugesOnDemand } from "./gauges.ts";
import { reconcile } from "./reconcile.ts";
import { retryForbidden } from "./retry-forbidden.ts";

/** Starts the delivery worker: one worker per feeds and retries partition, the reconciler, and health. */
export async function startDeliveryWorker(
  config: DeliveryWorkerConfig,
  service: ServiceContext,
): Promise<RunningService> {
  const { log, deadline, tracing } = service;
  await using stack = new AsyncDisposableStack();
  const opened = await openWorkerProcess("delivery", config, { ...service, stack });
  const { store, queues, telemetry, metrics, health, started, scrape, dataLost, facts } = opened;
  const context = createDeliveryContext(config, { store, queues, log, metrics, tracing, stack });
  await retryForbidden(config, { store, queues, log });
  scrape.before = gaugesOnDemand({ gate: context.gate, metrics, log }, queues);
  dataLost.alert = (at) => context.alert({ kind: "redis.data_lost", details: { lost_at: at.toISOString() } });
  const { announce } = inFlightAnnouncer(store);
  stack.defer(() => announce(new Map(), Date.now()));
  const loops: Loop[] = [
    {
      name: "reconcile",
      everyMs: config.RECONCILE_MS,
      run: (signal) => reconcile({ store, limits: context.limits, queues, log }, config.RECONCILE_MS, signal),
    },
    {
      name: "stats",
      everyMs: 2000,
      trigger: context.attempt.stats.changed,
      run: () => context.attempt.stats.flush(store, Date.now()),
    },
    {
      name: "in-flight",
      everyMs: 2000,
      trigger: context.gate.used,
      run: () => announceInFlight(context.gate, announce),
    },
  ];
  stack.use(superviseLoops(loops, { log, health }));

  const concurrency = slotsPerPartition(config);
  const common = { store, lockMs: config.LEASE_MS, concurrency, log, metrics, deadline, telemetry };
  const workers: AsyncDisposable[] = [
    startWorker({
      ...common,
      queue: operationsQueue,
      concurrency: 1,
      schema: bulkRetryJobSchema,
      handle: async (job, { deadline: stop }) => {
        const end = await runBulkOperation(context, job.bulkId, stop);
        return end === "finished" ? jobDone : { kind: "later", delayMs: 0 };
      },
    }),
  ];
  for (let partition = 0; partition < store.partitions; partition += 1) {
    workers.push(
      startWorker({
        ...common,
        queue: feedsQueue(partition),
        schema: drainFeedJobSchema,
        handle: (job, lease) => drainFeed(context, job, lease),
      }),
    );
    workers.push(
      startWorker({
        ...common,
        queue: retriesQueue(partition),
        schema: retryDeliveryJobSchema,
        handle: (job, lease) => retryDelivery(context, job, lease),
      }),
    );
  }
  stack.defer(() => {
    context.feedWaiters.close();
    return stopAll(workers);
  });
  started.set(true);
  const owned = stack.move();
  return { facts: { partitions: store.partitions, ...facts }, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** Announces the requests in flight, repeatedly while there are any: those of a silent process are soon disregarded. */
async function announceInFlight(
  gate: EndpointGate,
  announce: ReturnType<typeof inFlightAnnouncer>["announce"],
): Promise<void> {
  const counts = gate.inFlight();
  await announce(counts, Date.now());
  if (counts.size > 0) gate.used.notify();
}

/** In parallel: each worker stops its intake at once and then waits for its own jobs. */
async function stopAll(workers: readonly AsyncDisposable[]): Promise<void> {
  await Promise.all(workers.map((worker) => worker[Symbol.asyncDispose]()));
}
