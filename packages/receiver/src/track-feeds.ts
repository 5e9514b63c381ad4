import type { FeedTotals } from "@crewstream/contracts";
import type { ReceivedDelivery } from "./delivery.ts";
import { memoryFeedStore, type FeedStore } from "./feed-store.ts";
import type { ReceivedEvent } from "./parse.ts";

/** How much of a feed, one subscription of one execution, this receiver has received. */
export interface FeedProgress {
  received: { deliveries: number; events: number };
  /** Totals of the whole feed, from its last delivery; undefined until that has arrived, or if none has them. */
  expected: FeedTotals | undefined;
  /** Everything that the subscription selects was received: nothing is missing, and nothing more will come. */
  complete: boolean;
}

/** Counts a delivery, once however often it arrives, and returns how much of its feed has been received. */
export type TrackFeeds = (
  delivery: Pick<ReceivedDelivery, "id" | "feedId" | "events" | "feedTotals">,
) => Promise<FeedProgress>;

/**
 * Detects when everything of a feed has been received, which a subscription to some event types cannot see from the
 * events. Call it last in a handler: a delivery whose handling failed has not been received. The last delivery need not
 * arrive last, so every delivery must be counted, and any may complete its feed.
 */
export function trackFeeds({ store = memoryFeedStore() }: { store?: FeedStore } = {}): TrackFeeds {
  return async ({ id, feedId, events, feedTotals }) => {
    const count = events.reduce((sum, event) => sum + publishedCount(event), 0);
    const { deliveries, events: received, totals } = await store.add(feedId, { id, events: count, totals: feedTotals });
    return {
      received: { deliveries, events: received },
      expected: totals,
      complete: totals !== undefined && deliveries === totals.deliveries && received === totals.events,
    };
  };
}

/** How many published events it stands for: the sender may have merged the chunks of one response. */
function publishedCount(event: ReceivedEvent): number {
  const { coalesced } = event.data as { coalesced?: { events?: unknown } };
  return typeof coalesced?.events === "number" ? coalesced.events : 1;
}
