import {
  parseTraceContext,
  subscriptionSchema,
  type ExecutionId,
  type ExecutionState,
  type Subscription,
  type TraceContext,
} from "@crewstream/contracts";
import { deliveryRecordSchema, parseOpenDelivery, type DeliveryRecord, type OpenDelivery } from "./deliveries.ts";
import { allFeedKeys, partitionOf } from "../keys.ts";
import { callScript, runScript } from "../scripts.ts";
import { ScriptError, scriptError } from "../script-errors.ts";
import type { Store } from "../store.ts";

export interface FeedAddress {
  executionId: ExecutionId;
  feed: number;
}

/**
 * A feed as a worker loads it before draining.
 *
 * `state` is `open`, `closed` (its subscription has ended; nothing more is sealed) or `done` (its run has ended, too, and
 * everything is settled). An open feed is one of:
 *   asleep   `woken` 0: it has nothing to do and no job. An append wakes it.
 *   awake    `woken` 1: it has a job.
 *   waiting  `woken` 1 and `linger`: its worker waits for the next append on a channel.
 *   blocked  `blocked` 1: it has too many parked deliveries. Settling one wakes it.
 *
 * `append.lua` wakes feeds; `rest-feed.lua` decides between asleep, waiting, blocked and done; `advance-feed.lua` ends
 * blocked, `close-feed.lua` closes, and `revive-delivery.lua` opens a feed that was done.
 */
export interface FeedState {
  subscription: Subscription;
  state: "open" | "closed" | "done";
  /** Everything up to here has been sealed or skipped. */
  cursor: number;
  /** A replay's last sequence; undefined for a feed that follows its run. */
  until: number | undefined;
  parked: number;
  /** An empty delivery is to complete it, unless its last delivery can. */
  completionDue: boolean;
  executionState: ExecutionState;
  /** Number of feeds of the execution, needed to retire it. */
  feeds: number;
  /** The trace of the kickoff. */
  trace: TraceContext | undefined;
  /** Sealed and parked deliveries, in stream order. */
  open: OpenDelivery[];
}

/**
 * Loads a feed in one round trip; undefined if its execution has expired.
 * @param only loads just this one of the open deliveries: a feed may have hundreds parked
 */
export async function readFeed(
  store: Store,
  { executionId, feed }: FeedAddress,
  { only }: { only?: number } = {},
): Promise<FeedState | undefined> {
  const keys = store.keys.execution(executionId);
  const feedKeys = keys.feed(feed);
  const [record, exec, open] = await Promise.all([
    store.redis.hmget(feedKeys.feed, "sub", "state", "cursor", "parked", "until", "completion"),
    store.redis.hmget(keys.exec, "state", "feeds", "traceparent", "tracestate"),
    only === undefined ? store.redis.hvals(feedKeys.open) : store.redis.hmget(feedKeys.open, String(only)),
  ]);
  const [sub, state, cursor, parked, until, completion] = record;
  const [executionState, feeds, traceparent, tracestate] = exec;
  if (typeof sub !== "string" || typeof executionState !== "string") return undefined;
  return {
    subscription: subscriptionSchema.parse(JSON.parse(sub)),
    state: state as FeedState["state"],
    cursor: Number(cursor),
    until: typeof until === "string" ? Number(until) : undefined,
    parked: Number(parked),
    completionDue: completion === "due",
    executionState: executionState as ExecutionState,
    feeds: Number(feeds),
    trace: parseTraceContext({ traceparent, tracestate }),
    open: open
      .filter((text) => text !== null)
      .map(parseOpenDelivery)
      .sort((a, b) => a.first - b.first),
  };
}

/** The field `completion` of a new feed. */
export function dueCompletion({ completion }: Subscription): "due" | "" {
  return completion === true ? "due" : "";
}

/** The subscriptions of an execution, by feed number. */
export async function readSubscriptions(store: Store, id: ExecutionId, feeds: number): Promise<Subscription[]> {
  const keys = store.keys.execution(id);
  const texts = await Promise.all(
    Array.from({ length: feeds }, (_, feed) => store.redis.hget(keys.feed(feed).feed, "sub")),
  );
  return texts.filter((text) => text !== null).map((text) => subscriptionSchema.parse(JSON.parse(text)));
}

/**
 * Brings the next attempt of a parked delivery, or of a strict feed's held head, forward to `at` (ms).
 * @returns where it waits, or that it keeps its time
 */
export async function expediteDelivery(
  store: Store,
  { executionId, feed, first }: FeedAddress & { first: number },
  at: number,
): Promise<"kept" | "parked" | "held"> {
  const { open } = store.keys.execution(executionId).feed(feed);
  const [answer] = await runScript(store.redis, "expedite-delivery", [open], [first, at]);
  return answer === 1 ? "parked" : answer === 2 ? "held" : "kept";
}

/**
 * Ends a subscription at its receiver's request.
 * @returns how many open deliveries became dead letters
 */
export async function closeFeed(store: Store, { executionId, feed }: FeedAddress, reason: string): Promise<number> {
  const keys = store.keys.execution(executionId).feed(feed);
  const [dead = 0] = await runScript(store.redis, "close-feed", [keys.feed, keys.open, keys.dead], [reason]);
  return dead;
}

/** What a feed that has nothing to do now is waiting for; see `lua/rest-feed.lua`. */
export type FeedRest = "asleep" | "waiting" | "more" | "blocked" | "done" | "all_done" | "gone";

const rests: Record<number, FeedRest> = {
  0: "asleep",
  1: "more",
  2: "blocked",
  3: "done",
  4: "all_done",
  5: "waiting",
  [ScriptError.executionGone]: "gone",
};

/**
 * Puts a feed to rest, unless more was appended meanwhile.
 * @param channel where its worker waits for the next append, instead of in its queue; see `feed-waiters.ts`
 */
export async function restFeed(
  store: Store,
  { executionId, feed }: FeedAddress,
  maxParked: number,
  channel = "",
): Promise<FeedRest> {
  const keys = store.keys.execution(executionId);
  const { feed: feedKey, open } = keys.feed(feed);
  const [answer = 0] = await callScript(store.redis, "rest-feed", [keys.exec, feedKey, open], [maxParked, channel]);
  return rests[answer] ?? "asleep";
}

/**
 * Ends a feed if it is done: for a process that has settled one of its deliveries outside its own job, which may be
 * waiting for the next event. If the feed were put to rest meanwhile, that job would not be notified of what is
 * appended next.
 */
export function endFeedIfDone(store: Store, address: FeedAddress, maxParked: number): Promise<FeedRest> {
  return restFeed(store, address, maxParked, "-");
}

/** An open delivery, or undefined if it was settled. */
export async function readOpenDelivery(
  store: Store,
  address: FeedAddress,
  first: number,
): Promise<OpenDelivery | undefined> {
  const { open } = store.keys.execution(address.executionId).feed(address.feed);
  const text = await store.redis.hget(open, String(first));
  return text === null ? undefined : parseOpenDelivery(text);
}

/** What became of a person's retry or discard; `parked` and `held` say where the delivery waits now. */
export type ReviveAnswer = "not_found" | "in_flight" | "parked" | "held";
export type DiscardAnswer = "not_found" | "in_flight" | "done";

const reviveAnswers: readonly ReviveAnswer[] = ["not_found", "in_flight", "parked", "held"];
const discardAnswers: readonly DiscardAnswer[] = ["not_found", "in_flight", "done"];

/** Makes a parked or held delivery, or a dead letter, due now; its schedule starts over. */
export async function reviveDelivery(
  store: Store,
  address: FeedAddress,
  first: number,
  now: number,
): Promise<ReviveAnswer> {
  const { executionId, feed } = address;
  const keys = store.keys.execution(executionId);
  const own = keys.feed(feed);
  const feeds = Number(await store.redis.hget(keys.exec, "feeds"));
  const [answer = 0, again] = await runScript(
    store.redis,
    "revive-delivery",
    [keys.exec, own.feed, own.open, own.dead, keys.events, keys.journal, keys.attempts, ...allFeedKeys(keys, feeds)],
    [first, now],
  );
  if (again === 1) {
    await store.redis.zadd(store.keys.active(partitionOf(executionId, store.partitions)), now, executionId);
  }
  return reviveAnswers[answer] ?? "not_found";
}

/** Drops a parked or held delivery, or a dead letter. */
export async function discardDelivery(store: Store, address: FeedAddress, first: number): Promise<DiscardAnswer> {
  const keys = store.keys.execution(address.executionId).feed(address.feed);
  const [answer = 0] = await runScript(store.redis, "discard-delivery", [keys.feed, keys.open, keys.dead], [first]);
  return discardAnswers[answer] ?? "not_found";
}

/**
 * Adds a feed that delivers the events `from` to `to` of an existing execution, whether it has ended or not; without
 * `to`, all from `from` on until the run ends.
 * @returns false if another feed has taken the number meanwhile: read the execution again
 * @throws AppError `execution_gone`
 */
export async function addFeed(
  store: Store,
  id: ExecutionId,
  replay: { feed: number; subscription: Subscription; from: number; to?: number },
): Promise<boolean> {
  const keys = store.keys.execution(id);
  const [answer = 0] = await callScript(
    store.redis,
    "add-feed",
    [
      keys.exec,
      keys.feed(replay.feed).feed,
      keys.events,
      keys.journal,
      keys.attempts,
      ...allFeedKeys(keys, replay.feed),
    ],
    [
      replay.feed,
      JSON.stringify(replay.subscription),
      replay.from - 1,
      replay.to ?? "",
      dueCompletion(replay.subscription),
    ],
  );
  if (answer === ScriptError.stale) return false;
  if (answer < 0) throw scriptError(answer, "add-feed");
  await store.redis.zadd(store.keys.active(partitionOf(id, store.partitions)), Date.now(), id);
  return true;
}

/** A dead letter, or undefined when there is none (any more). */
export async function readDeadLetter(
  store: Store,
  address: FeedAddress,
  first: number,
): Promise<DeliveryRecord | undefined> {
  const { dead } = store.keys.execution(address.executionId).feed(address.feed);
  const text = await store.redis.hget(dead, String(first));
  return text === null ? undefined : deliveryRecordSchema.parse(JSON.parse(text));
}

/** The first sequence of each dead letter of a feed. */
export async function readDeadFirsts(store: Store, address: FeedAddress): Promise<number[]> {
  const { dead } = store.keys.execution(address.executionId).feed(address.feed);
  return (await store.redis.hkeys(dead)).map(Number);
}

/** The dead letters of a feed, in stream order. */
export async function readDeadLetters(store: Store, address: FeedAddress): Promise<DeliveryRecord[]> {
  const { dead } = store.keys.execution(address.executionId).feed(address.feed);
  const texts = await store.redis.hvals(dead);
  return texts.map((text) => deliveryRecordSchema.parse(JSON.parse(text))).sort((a, b) => a.first - b.first);
}
