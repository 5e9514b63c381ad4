import type { DeliveryContext } from "@crewstream/delivery";
import type { Queues } from "@crewstream/queue";

/** Sets the gauges that are read from elsewhere: queue depths, and breakers as this process sees them. */
export async function setGauges(context: DeliveryContext, queues: Queues): Promise<void> {
  const { queueDepth, breakerOpen } = context.metrics;
  breakerOpen.set(context.gate.blocked);
  for (const { queue, waiting, delayed, active } of await queues.depths()) {
    queueDepth.set({ queue, state: "waiting" }, waiting);
    queueDepth.set({ queue, state: "delayed" }, delayed);
    queueDepth.set({ queue, state: "active" }, active);
  }
}
