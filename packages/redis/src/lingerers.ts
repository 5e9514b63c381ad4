import { randomUUID } from "node:crypto";
import type { StoredEvent } from "@crewstream/contracts";
import type { Logger } from "@crewstream/service";
import type { Cluster, Redis } from "ioredis";
import { fromChunk } from "./event-chunks.ts";
import type { FeedAddress } from "./feeds.ts";
import type { Store } from "./store.ts";
import { openSubscriber } from "./connection/subscriber.ts";

/** What a lingering worker hears: that there is more, and the events themselves where they are few. */
export interface News {
  events: StoredEvent[];
}

/** A place from which one feed waits for more, again and again, until its worker has done with it. */
export interface Seat extends Disposable {
  /** For {@link restFeed}: where the next append is to say so; undefined since another feed has got the seat. */
  readonly channel: string | undefined;
  /** Resolves with what the next append says; undefined after `ms`, or when another feed gets the seat. */
  news(ms: number): Promise<News | undefined>;
}

class Sitting {
  readonly group: number;
  sentAway = false;
  /** What came before it was asked for. */
  #heard: News | undefined;
  #wake: ((news: News | undefined) => void) | undefined;

  constructor(group: number) {
    this.group = group;
  }

  hear(news: News): void {
    if (this.#wake === undefined) this.#heard = news;
    else this.#wake(news);
  }

  sendAway(): void {
    this.sentAway = true;
    this.#wake?.(undefined);
  }

  async news(ms: number): Promise<News | undefined> {
    const heard = this.#heard;
    this.#heard = undefined;
    if (heard !== undefined || this.sentAway) return heard;
    const { promise, resolve } = Promise.withResolvers<News | undefined>();
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
 * Feeds whose worker waits a moment for the next event after the last: an append then reaches it with one message instead
 * of through a queue's job, which is some sixty commands. What a lost connection swallows is found when the moment is over.
 */
export class Lingerers implements AsyncDisposable {
  readonly #channel: string;
  readonly #store: Store;
  readonly #subscriber: Redis | Cluster;
  readonly #seats: number;
  /** By the feed's key; whose last wait began first is the first. */
  readonly #sitting = new Map<string, Sitting>();
  #listening = false;
  #closed = false;

  /** @param seats feeds that may linger per group of them; one more takes the seat of whose last wait began first */
  constructor(store: Store, options: { seats: number; log: Logger }) {
    this.#store = store;
    this.#seats = options.seats;
    this.#channel = store.keys.lingerChannel(randomUUID());
    this.#subscriber = openSubscriber(store, "feed waiters", (_channel, message) => this.#tell(message));
    this.#subscriber.subscribe(this.#channel).then(
      () => (this.#listening = true),
      (error: unknown) => options.log.warn({ err: error }, "lingerers.not_listening"),
    );
  }

  /** A seat for a feed; undefined where there is none. To be had before the feed is put to rest. */
  sit({ executionId, feed }: FeedAddress, group: number): Seat | undefined {
    if (!this.#listening || this.#closed || this.#seats === 0) return undefined;
    const key = this.#store.keys.execution(executionId).feed(feed).feed;
    if (this.#sitting.has(key)) return undefined;
    this.#makeRoom(group);
    const sitting = new Sitting(group);
    this.#sitting.set(key, sitting);
    const leave = (): boolean => this.#sitting.get(key) === sitting && this.#sitting.delete(key);
    const channel = this.#channel;
    return {
      get channel() {
        return sitting.sentAway ? undefined : channel;
      },
      news: (ms) => {
        if (leave()) this.#sitting.set(key, sitting);
        return sitting.news(ms);
      },
      [Symbol.dispose]: () => void leave(),
    };
  }

  /** Sends everybody away, and lets nobody sit down any more. */
  close(): void {
    this.#closed = true;
    for (const sitting of this.#sitting.values()) sitting.sendAway();
    this.#sitting.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
    this.#subscriber.disconnect();
  }

  #makeRoom(group: number): void {
    const same = [...this.#sitting].filter(([, sitting]) => sitting.group === group);
    const [first] = same;
    if (first === undefined || same.length < this.#seats) return;
    this.#sitting.delete(first[0]);
    first[1].sendAway();
  }

  #tell(message: string): void {
    const [key = "", last, ...lines] = message.split("\n");
    const events =
      last === undefined ? [] : fromChunk({ last: Number(last), text: lines.join("\n") }, 0, Number.MAX_SAFE_INTEGER);
    this.#sitting.get(key)?.hear({ events });
  }
}
