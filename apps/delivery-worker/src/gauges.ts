import { setTimeout as delay } from "node:timers/promises";
import type { EndpointGate } from "@crewstream/delivery";
import type { Queues } from "@crewstream/queue";
import { logFailure, type Logger, type Metrics } from "@crewstream/service";

/** Several readers share one look. */
const freshForMs = 5000;
/** Redis may be away, and whoever reads the metrics then wants to see that. */
const maxWaitMs = 1000;

interface GaugesContext {
  gate: EndpointGate;
  metrics: Metrics;
  log: Logger;
}

/**
 * Keeps the gauges that are read from elsewhere, and looks only when somebody reads them: ten queues asked every few
 * seconds were a quarter of what an idle deployment did.
 * @returns resolves when they are as fresh as can be had soon; never rejects
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
    const late = new AbortController();
    await Promise.race([reading, delay(maxWaitMs, undefined, { signal: late.signal }).catch(() => undefined)]);
    late.abort();
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
