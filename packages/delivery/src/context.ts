import type { ExecutionId } from "@crewstream/contracts";
import type { FeedWaiters, Store } from "@crewstream/redis";
import type { AddressPolicy, Cipher, Logger, Metrics, Tracing } from "@crewstream/service";
import type { Got } from "got";
import type { AttemptLogger } from "./attempt/attempt-logger.ts";
import type { EndpointGate } from "./endpoint/endpoint-gate.ts";
import type { Sender } from "./request/request-headers.ts";
import type { StatsCollector } from "./attempt/stats-collector.ts";

/** The numbers of `WEBHOOK_*`. */
export interface DeliveryLimits {
  batchMaxEvents: number;
  batchMaxBytes: number;
  batchMaxWaitMs: number;
  realtimeWindow: number;
  maxParked: number;
  retrySchedule: readonly number[];
  retentionMs: number;
}

/** A worker's lock on the job that it processes; see `JobLease` of the queues. */
export interface JobLease {
  /** Aborts when the shutdown's deadline has passed. */
  readonly deadline: AbortSignal;
  /** Whether the lock is held; false once another worker may have the job. */
  held(): boolean;
}

/** What delivery needs of the queues, which this package does not import. */
export interface DeliveryQueues {
  wakeFeed(
    job: { executionId: ExecutionId; feed: number },
    options: { delayMs: number; flush?: boolean },
  ): Promise<void>;
  scheduleRetry(
    job: { executionId: ExecutionId; feed: number; first: number },
    options: { delayMs: number; replace?: boolean },
  ): Promise<void>;
}

/** A message to the operator; at most one of each kind per endpoint and hour. */
export interface Alert {
  kind: "endpoint.disabled" | "endpoint.recovered" | "delivery.dead" | "redis.data_lost";
  /** Endpoint id; none if the alert is about the whole deployment. */
  endpoint?: string;
  /** Goes into the event's data. */
  details: Record<string, unknown>;
}

/** What `request/` works with: it makes bodies and headers. */
export interface RequestContext {
  cipher: Cipher;
  sender: Sender;
}

/** What `attempt/` works with: it sends requests, and decides what becomes of their deliveries. */
export interface AttemptContext {
  client: Got;
  policy: AddressPolicy;
  limits: Pick<DeliveryLimits, "retrySchedule">;
  stats: StatsCollector;
  metrics: Pick<
    Metrics,
    "attempts" | "attemptSeconds" | "eventsDelivered" | "feedLagSeconds" | "deliveriesParked" | "deliveriesDead"
  >;
  log: Logger;
  /** Undefined if tracing is off. */
  tracing: Tracing | undefined;
}

/** What `operations/` works with: it makes work due, and sends nothing. */
export interface OperationsContext {
  store: Store;
  queues: DeliveryQueues;
}

/** What `endpoint/` works with, apart from the gate. */
export interface EndpointContext extends OperationsContext {
  log: Logger;
}

/** What `feed/` works with: it decides what is sealed and sent when, and records the outcomes. */
export interface FeedContext extends EndpointContext {
  request: RequestContext;
  attempt: AttemptContext;
  gate: EndpointGate;
  feedWaiters: FeedWaiters;
  limits: DeliveryLimits;
  attemptLog: AttemptLogger;
  /** Sends an alert to the operator; does nothing without `OPERATIONS_WEBHOOK_URL`. */
  alert(alert: Alert): Promise<void>;
  metrics: Pick<Metrics, "deliveriesDead">;
}
