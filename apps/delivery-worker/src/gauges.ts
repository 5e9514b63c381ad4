import { waitAtMost } from "@crewstream/contracts";
import type { EndpointGate } from "@crewstream/delivery";
import type { Queues } from "@crewstream/queue";
import { logFailure, type Logger, type Metrics } from "@crewstream/service";

/** Concurrent scrapes share one read. */
const freshForMs = 5000;
/** Redis may be down, and that is exactly when metrics are read. */
const maxWaitMs = 1000;

interface GaugesContext {
  gate: EndpointGate;
  metrics: Metrics;
  log: Logger;
}

/**
 * Updates the gauges whose values are read from Redis, only when metrics are scraped: reading ten queues every few
 * seconds was a quarter of an idle deployment's work.
 * @returns resolves when they are as fresh as possible within a moment; never rejects
 */
export function gaugesOnDemand(context: GaugesContext, queues: Queues): () => Promise<void> {
  let readAt = -freshForMs;
  let reading: Promise<void> | undefined;
  return async () => {
    if (reading === undefined && performance.now() - readAt >= freshForMs) {
      reading = setGauges(context, queues)
        .then(() => {
          readAt = performance.now();
        })
        .catch((error: unknown) => {
          logFailure(context.log, "gauges.failed", { level: "warn", fields: { err: error } });
        })
        .finally(() => {
          reading = undefined;
        });
    }
    if (reading === undefined) return;
    await waitAtMost(reading, maxWaitMs);
  };
}

/** Queue depths, and breakers as this process sees them. */
async function setGauges(context: GaugesContext, queues: Queues): Promise<void> {
  const { queueDepth, breakerOpen } = context.metrics;
  breakerOpen.set(context.gate.blocked);
  for (const { queue, waiting, delayed, active } of await queues.depths()) {
    queueDepth.set({ queue, state: "waiting" }, waiting);
    queueDepth.set({ queue, state: "delayed" }, delayed);
    queueDepth.set({ queue, state: "active" }, active);
  }
}
