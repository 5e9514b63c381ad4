import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Health } from "../health.ts";
import { nodeMetrics } from "./node-metrics.ts";

/** All metric names and labels, in one place; `docs/operations.md` explains them. */
export interface Metrics {
  registry: Registry;
  ready: Gauge;
  eventsPublished: Counter;
  eventsDelivered: Counter;
  attempts: Counter<"outcome">;
  attemptSeconds: Histogram;
  feedLagSeconds: Histogram;
  deliveriesParked: Counter;
  deliveriesDead: Counter;
  executionsFinished: Counter<"state">;
  queueDepth: Gauge<"queue" | "state">;
  breakerOpen: Gauge;
  jobs: Counter<"queue" | "result">;
  redisDataLost: Counter;
  requestSeconds: Histogram<"method" | "route" | "status">;
}

/** A process's metrics, including Node's own (event loop, memory, CPU). */
export function createMetrics(service: string): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  nodeMetrics(registry);
  const registers = [registry];
  return {
    registry,
    ready: new Gauge({ name: "crewstream_ready", help: "1 when /readyz says so, 0 otherwise", registers }),
    eventsPublished: new Counter({
      name: "crewstream_events_published_total",
      help: "Events written to execution streams",
      registers,
    }),
    eventsDelivered: new Counter({
      name: "crewstream_events_delivered_total",
      help: "Events acknowledged by endpoints",
      registers,
    }),
    attempts: new Counter({
      name: "crewstream_attempts_total",
      help: "Webhook requests by outcome",
      labelNames: ["outcome"],
      registers,
    }),
    attemptSeconds: new Histogram({
      name: "crewstream_attempt_seconds",
      help: "Duration of webhook requests",
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30],
      registers,
    }),
    feedLagSeconds: new Histogram({
      name: "crewstream_feed_lag_seconds",
      help: "Age of an event when it was acknowledged",
      buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 3600, 36_000],
      registers,
    }),
    deliveriesParked: new Counter({
      name: "crewstream_deliveries_parked_total",
      help: "Deliveries that failed and wait for a retry",
      registers,
    }),
    deliveriesDead: new Counter({ name: "crewstream_deliveries_dead_total", help: "Deliveries given up", registers }),
    executionsFinished: new Counter({
      name: "crewstream_executions_finished_total",
      help: "Ended runs by state",
      labelNames: ["state"],
      registers,
    }),
    queueDepth: new Gauge({
      name: "crewstream_queue_depth",
      help: "Jobs by queue and state",
      labelNames: ["queue", "state"],
      registers,
    }),
    breakerOpen: new Gauge({
      name: "crewstream_breakers_open",
      help: "Endpoints whose breaker this process sees open",
      registers,
    }),
    jobs: new Counter({
      name: "crewstream_jobs_total",
      help: "Queue jobs by result",
      labelNames: ["queue", "result"],
      registers,
    }),
    redisDataLost: new Counter({
      name: "crewstream_redis_data_lost_total",
      help: "Number of times that Redis lost this deployment's data",
      registers,
    }),
    requestSeconds: new Histogram({
      name: "crewstream_request_seconds",
      help: "Duration of API requests, except streams and long polls",
      labelNames: ["method", "route", "status"],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5],
      registers,
    }),
  };
}

/** The registry as Prometheus text, with the current readiness. */
export async function renderMetrics(metrics: Metrics, health: Health): Promise<{ contentType: string; body: string }> {
  metrics.ready.set((await health.report()).ready ? 1 : 0);
  return { contentType: metrics.registry.contentType, body: await metrics.registry.metrics() };
}
