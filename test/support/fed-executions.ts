import type { ExecutionId } from "@crewstream/contracts";
import { advanceFeed, type DeliveryRecord, type Settlement, type Store } from "@crewstream/redis";
import { createTestExecution, events, publish, subscription } from "./executions.ts";

/** Maximum number of parked deliveries in these tests' feeds. */
export const parkLimit = 2;

export interface FeedAddress {
  executionId: ExecutionId;
  feed: number;
}

/** A delivery's record, sealed and not attempted yet. */
export const record = (first: number, last = first, more: Partial<DeliveryRecord> = {}): DeliveryRecord => ({
  first,
  last,
  events: last - first + 1,
  sealedAt: 1,
  attempts: 0,
  ...more,
});

/** The outcome of a delivery's first attempt. */
export const tried = (first: number, outcome: Settlement["outcome"], last = first): Settlement => ({
  record: record(first, last, { attempts: 1, ...(outcome === "parked" || outcome === "held" ? { nextAt: 5 } : {}) }),
  outcome,
});

/** Helpers for tests with feeds of one store. */
export function feedsOf(store: Store) {
  return {
    /** An execution with `count` events and one feed. */
    fed: async (count: number, state: "RUNNING" | "SUCCESS" = "SUCCESS"): Promise<FeedAddress> => {
      const id = await createTestExecution(store, [subscription("http://127.0.0.1:9/hook")]);
      await publish(store, id, { events: events(id, { count }), state });
      return { executionId: id, feed: 0 };
    },
    settle: (address: FeedAddress, ...settlements: Settlement[]) =>
      advanceFeed(store, address, { settlements, maxParked: parkLimit }),
    counters: (address: FeedAddress) =>
      store.redis.hgetall(store.keys.execution(address.executionId).feed(address.feed).feed),
    ttls: async (id: ExecutionId): Promise<number[]> => {
      const keys = await store.redis.keys(`${store.keys.prefix}:{${id}}:*`);
      return Promise.all(keys.map((key) => store.redis.pttl(key)));
    },
  };
}
