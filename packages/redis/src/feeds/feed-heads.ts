import { subscriptionSchema, type ExecutionId, type Subscription } from "@crewstream/contracts";
import type { FeedState } from "./feeds.ts";
import type { Store } from "../store.ts";

/** A feed without its open deliveries. */
export interface FeedHead {
  feed: number;
  subscription: Subscription;
  state: FeedState["state"];
  cursor: number;
  parked: number;
}

/** One feed's head; undefined when its execution has expired or has no such feed. */
export async function readFeedHead(store: Store, id: ExecutionId, feed: number): Promise<FeedHead | undefined> {
  const key = store.keys.execution(id).feed(feed).feed;
  const [sub, state, cursor, parked] = await store.redis.hmget(key, "sub", "state", "cursor", "parked");
  if (typeof sub !== "string") return undefined;
  return {
    feed,
    subscription: subscriptionSchema.parse(JSON.parse(sub)),
    state: state as FeedState["state"],
    cursor: Number(cursor),
    parked: Number(parked),
  };
}

/** All feeds of an execution, replays included. */
export async function readFeedHeads(store: Store, id: ExecutionId, feeds: number): Promise<FeedHead[]> {
  const heads = await Promise.all(Array.from({ length: feeds }, (_, feed) => readFeedHead(store, id, feed)));
  return heads.filter((head) => head !== undefined);
}
