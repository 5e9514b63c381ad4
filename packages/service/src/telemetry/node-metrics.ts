import { performance } from "node:perf_hooks";
import { collectDefaultMetrics, Gauge, type Registry } from "prom-client";

/** The maximum of Node's timers, as prom-client cannot turn off its sampling of the event loop. */
const neverMs = 2 ** 31 - 1;

const sampled = ["min", "max", "mean", "stddev", "p50", "p90", "p99"];

/**
 * Node's own metrics: memory, CPU, handles, garbage collection, and how busy the event loop was since the last scrape.
 *
 * prom-client samples the loop's delay with a timer. Every 10 ms, its default, that costs 0.4 % of a core and
 * wakes an idle machine a hundred times a second; a longer period mostly measures itself. The loop counts its idle
 * time anyway, and a loop that is never idle is what delays everything.
 */
export function nodeMetrics(registry: Registry): void {
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: neverMs });
  for (const name of sampled) registry.removeSingleMetric(`nodejs_eventloop_lag_${name}_seconds`);
  let last = performance.eventLoopUtilization();
  const busy = new Gauge({
    name: "crewstream_event_loop_utilization",
    help: "Share of the time since the last scrape that the event loop was busy, 0 to 1",
    registers: [],
    collect() {
      const now = performance.eventLoopUtilization();
      this.set(performance.eventLoopUtilization(now, last).utilization);
      last = now;
    },
  });
  registry.registerMetric(busy);
}
