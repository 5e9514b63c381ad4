import type { ReceivedDelivery } from "./delivery.ts";
import { memoryOrderStore, type OrderStore } from "./order-store.ts";
import type { ReceivedEvent } from "./parse.ts";
import { Sequence } from "./sequence.ts";

export interface OrderOptions {
  /** Where positions are stored; default in memory. */
  store?: OrderStore;
  /**
   * How long missing numbers are awaited before they are skipped, in milliseconds; default 1000. A subscription to some
   * types only has gaps by nature, which cannot be told from missing events: keep it short there. One to `*` has none:
   * `giveUpMs: 86_400_000` and a durable store give strict order.
   */
  giveUpMs?: number;
  /** How long a request is held before it is refused, to be retried later; default 5000. Keep it below 15 s. */
  holdMs?: number;
}

/** Handles a delivery's events when it is their turn; resolves when all of them are done. */
export type InOrder = (
  delivery: Pick<ReceivedDelivery, "executionId" | "events">,
  handle: (event: ReceivedEvent) => unknown,
) => Promise<void>;

/**
 * Deliveries may overtake each other: realtime sends several at once, and a failed one arrives later. This releases
 * events in order of `emission_sequence` per execution, across concurrent requests, one at a time. A request that
 * arrives too early is held until those before it are done; after `holdMs` it gets `NotNowError` and stays with the
 * sender, so nothing that was acknowledged is ever only in memory. An event that was handled before is skipped; one
 * that was skipped as missing and arrives late is handled at once. All requests of an execution must reach the same
 * process.
 */
export function orderEvents({
  store = memoryOrderStore(),
  giveUpMs = 1000,
  holdMs = 5000,
}: OrderOptions = {}): InOrder {
  const running = new Map<string, Sequence>();
  return async ({ executionId, events }, handle) => {
    const sequence = running.get(executionId) ?? new Sequence({ executionId, store, giveUpMs, holdMs });
    running.set(executionId, sequence);
    try {
      await sequence.run(events, handle);
    } finally {
      if (sequence.idle) running.delete(executionId);
    }
  };
}
