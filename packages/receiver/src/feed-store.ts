import type { FeedTotals } from "@crewstream/contracts";

/** What was received of a feed. */
export interface FeedRecord {
  deliveries: number;
  events: number;
  /** Totals of the whole feed; undefined until its last delivery has arrived. */
  totals: FeedTotals | undefined;
}

/** Remembers what was received of each feed; keep it for as long as runs are kept (8 days will do). */
export interface FeedStore {
  /**
   * Adds a delivery with its number of events, unless it was added before, and `totals` if given, in one atomic step.
   * Returns everything that is then known of the feed.
   */
  add(feedId: string, delivery: { id: string; events: number; totals: FeedTotals | undefined }): Promise<FeedRecord>;
}

/** A store in the memory of one process: beyond `maxFeeds` (10,000) the least recently used are forgotten. */
export function memoryFeedStore({ maxFeeds = 10_000 }: { maxFeeds?: number } = {}): FeedStore {
  const feeds = new Map<string, { ids: Set<string>; events: number; totals: FeedTotals | undefined }>();
  return {
    add: async (feedId, { id, events, totals }) => {
      const feed = feeds.get(feedId) ?? { ids: new Set<string>(), events: 0, totals: undefined };
      if (!feed.ids.has(id)) feed.events += events;
      feed.ids.add(id);
      feed.totals ??= totals;
      feeds.delete(feedId);
      feeds.set(feedId, feed);
      for (const quietest of feeds.keys()) {
        if (feeds.size <= maxFeeds) break;
        feeds.delete(quietest);
      }
      return { deliveries: feed.ids.size, events: feed.events, totals: feed.totals };
    },
  };
}
