import {
  AttemptLogger,
  createAlerts,
  createClient,
  createSender,
  EndpointGate,
  expediteEndpoint,
  StatsCollector,
  type FeedContext,
} from "@crewstream/delivery";
import type { Queues } from "@crewstream/queue";
import { FeedWaiters, type Store } from "@crewstream/redis";
import {
  addressPolicy,
  createCipher,
  logFailure,
  retentionMs,
  type Logger,
  type Metrics,
  type Tracing,
  version,
} from "@crewstream/service";
import type { DeliveryWorkerConfig } from "./config.ts";

/** An endpoint that is down is probed at least this often, however long it lasts. */
const maxProbePauseMs = 30_000;
/** Most outages are restarts: the first probe comes soon, and each further one after twice the pause. */
const maxFirstPauseMs = 1000;

/** How many jobs of one partition's feeds are processed at once; the same for its retries. */
export function slotsPerPartition(
  config: Pick<DeliveryWorkerConfig, "DELIVERY_CONCURRENCY" | "QUEUE_PARTITIONS">,
): number {
  return Math.max(1, Math.ceil(config.DELIVERY_CONCURRENCY / config.QUEUE_PARTITIONS));
}

/** Creates the context of a delivery worker from its configuration; `stack` disposes of its connections. */
export function createDeliveryContext(
  config: DeliveryWorkerConfig,
  parts: {
    store: Store;
    queues: Queues;
    log: Logger;
    metrics: Metrics;
    tracing: Tracing | undefined;
    stack: AsyncDisposableStack;
  },
): FeedContext {
  const { store, queues, log, metrics, tracing, stack } = parts;
  const policy = addressPolicy(config);
  const retrySchedule = config.WEBHOOK_RETRY_SCHEDULE;
  const firstPauseMs = Math.min(retrySchedule[0] ?? maxFirstPauseMs, maxFirstPauseMs);
  const alert = createAlerts(store, queues, config.OPERATIONS_WEBHOOK_URL);
  const signingSecrets = config.WEBHOOK_SIGNING_SECRET.map((secret) => secret.reveal());
  const gate = new EndpointGate({
    store,
    log,
    onChange: ({ kind, endpoint, reason }) => {
      alert({
        kind: kind === "opened" ? "endpoint.disabled" : "endpoint.recovered",
        endpoint,
        details: { reason },
      }).catch((error: unknown) => {
        logFailure(log, "alert.failed", { level: "error", fields: { err: error, endpoint } });
      });
      if (kind !== "recovered") return;
      expediteEndpoint({ store, queues, log }, endpoint).catch((error: unknown) => {
        logFailure(log, "endpoint.expedite_failed", { level: "warn", fields: { err: error, endpoint } });
      });
    },
    concurrency: config.WEBHOOK_ENDPOINT_CONCURRENCY,
    // However many endpoints are slow, jobs that wait for them leave most worker slots to the others.
    maxQueueLength: Math.ceil(config.DELIVERY_CONCURRENCY / 4),
    limits: {
      consecutive: 5,
      windowMs: 10_000,
      windowMin: 20,
      windowPercent: 50,
      firstPauseMs,
      maxPauseMs: Math.min(Math.max(...retrySchedule), maxProbePauseMs),
      probeMs: config.WEBHOOK_TIMEOUT_MS + 5000,
    },
  });
  // Some of a partition's slots are always left for feeds that have something to send.
  const maxPerGroup = Math.floor(slotsPerPartition(config) * 0.6);
  return {
    store,
    queues,
    feedWaiters: stack.use(new FeedWaiters(store, { maxPerGroup, log })),
    gate,
    request: {
      cipher: createCipher(config.ENCRYPTION_KEY),
      sender: createSender({ userAgent: `crewstream/${version}`, signingSecrets }),
    },
    attempt: {
      client: stack.use(
        createClient({
          policy,
          timeoutMs: config.WEBHOOK_TIMEOUT_MS,
          concurrency: config.WEBHOOK_ENDPOINT_CONCURRENCY,
        }),
      ),
      policy,
      limits: { retrySchedule },
      stats: new StatsCollector(),
      metrics,
      log,
      tracing,
    },
    limits: {
      batchMaxEvents: config.WEBHOOK_BATCH_MAX_EVENTS,
      batchMaxBytes: config.WEBHOOK_BATCH_MAX_BYTES,
      batchMaxWaitMs: config.WEBHOOK_BATCH_MAX_WAIT_MS,
      realtimeWindow: config.WEBHOOK_REALTIME_WINDOW,
      maxParked: config.WEBHOOK_MAX_PARKED,
      retrySchedule,
      retentionMs: retentionMs(config),
    },
    attemptLog: stack.use(new AttemptLogger(store, log)),
    alert,
    log,
    metrics,
  };
}
