import { randomUUID } from "node:crypto";
import type { StoredEvent } from "@crewstream/contracts";
import type { Logger } from "@crewstream/service";
import { fromChunk } from "../executions/event-chunks.ts";
import type { FeedAddress } from "./feeds.ts";
import { Notifications } from "../notifications.ts";
import type { Store } from "../store.ts";

/** Says that a feed has more events, and contains the events themselves if they are few. */
export interface AppendNotice {
  events: StoredEvent[];
}

/** Lets a feed's worker wait for further events, repeatedly, until it is disposed. */
export interface WaitSlot extends Disposable {
  /** For {@link restFeed}: the channel of the next append's notice; undefined once the slot was given to another feed. */
  readonly channel: string | undefined;
  /** Resolves with the next append's notice; undefined after `ms`, or when the slot is given to another feed. */
  next(ms: number): Promise<AppendNotice | undefined>;
}

class Waiter {
  readonly group: number;
  evicted = false;
  /** A notice that arrived while nothing was waiting. */
  #pending: AppendNotice | undefined;
  #wake: ((notice: AppendNotice | undefined) => void) | undefined;

  constructor(group: number) {
    this.group = group;
  }

  notify(notice: AppendNotice): void {
    if (this.#wake === undefined) this.#pending = notice;
    else this.#wake(notice);
  }

  evict(): void {
    this.evicted = true;
    this.#wake?.(undefined);
  }

  async next(ms: number): Promise<AppendNotice | undefined> {
    const pending = this.#pending;
    this.#pending = undefined;
    if (pending !== undefined || this.evicted) return pending;
    const { promise, resolve } = Promise.withResolvers<AppendNotice | undefined>();
    this.#wake = resolve;
    const timer = setTimeout(() => resolve(undefined), ms);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#wake = undefined;
    }
  }
}

/**
 * Feeds whose worker waits for a moment for the next event: an append then reaches it with one message instead of a job
 * in a queue, which is some sixty commands. Events whose message is lost are found when the moment is over.
 */
export class FeedWaiters implements AsyncDisposable {
  readonly #channel: string;
  readonly #store: Store;
  readonly #notifications: Notifications;
  readonly #maxPerGroup: number;
  /** By the feed's key, least recently waiting first. */
  readonly #waiters = new Map<string, Waiter>();
  #listening = false;
  #closed = false;

  /** @param options.maxPerGroup waiting feeds per group; a further one evicts the least recently waiting one */
  constructor(store: Store, options: { maxPerGroup: number; log: Logger }) {
    this.#store = store;
    this.#maxPerGroup = options.maxPerGroup;
    this.#channel = store.keys.waiterChannel(randomUUID());
    this.#notifications = new Notifications(store, "feed waiters");
    this.#notifications
      .listen(this.#channel, (message) => this.#receive(message))
      .ready.then(
        () => (this.#listening = true),
        (error: unknown) => options.log.warn({ err: error }, "feed_waiters.not_listening"),
      );
  }

  /** A slot for a feed, to be acquired before the feed is put to rest; undefined if there is none. */
  acquire({ executionId, feed }: FeedAddress, group: number): WaitSlot | undefined {
    if (!this.#listening || this.#closed || this.#maxPerGroup === 0) return undefined;
    const key = this.#store.keys.execution(executionId).feed(feed).feed;
    if (this.#waiters.has(key)) return undefined;
    this.#makeRoom(group);
    const waiter = new Waiter(group);
    this.#waiters.set(key, waiter);
    const release = (): boolean => this.#waiters.get(key) === waiter && this.#waiters.delete(key);
    const channel = this.#channel;
    return {
      get channel() {
        return waiter.evicted ? undefined : channel;
      },
      next: (ms) => {
        if (release()) this.#waiters.set(key, waiter);
        return waiter.next(ms);
      },
      [Symbol.dispose]: () => void release(),
    };
  }

  /** Ends all waits and grants no more slots. */
  close(): void {
    this.#closed = true;
    for (const waiter of this.#waiters.values()) waiter.evict();
    this.#waiters.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
    await this.#notifications[Symbol.asyncDispose]();
  }

  #makeRoom(group: number): void {
    const same = [...this.#waiters].filter(([, waiter]) => waiter.group === group);
    const [first] = same;
    if (first === undefined || same.length < this.#maxPerGroup) return;
    this.#waiters.delete(first[0]);
    first[1].evict();
  }

  #receive(message: string): void {
    const [key = "", last, ...lines] = message.split("\n");
    const events =
      last === undefined ? [] : fromChunk({ last: Number(last), text: lines.join("\n") }, 0, Number.MAX_SAFE_INTEGER);
    this.#waiters.get(key)?.notify({ events });
  }
}
