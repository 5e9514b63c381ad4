import { randomUUID } from "node:crypto";
import type { StoredEvent } from "@crewstream/contracts";
import type { Logger } from "@crewstream/service";
import type { Cluster, Redis } from "ioredis";
import { fromChunk } from "./event-chunks.ts";
import type { FeedAddress } from "./feeds.ts";
import type { Store } from "./store.ts";

/** What a lingering worker hears: that there is more, and the events themselves where they are few. */
export interface News {
  events: StoredEvent[];
}

/** A place from which one feed waits for more. */
export interface Seat extends Disposable {
  /** For {@link restFeed}: where the next append is to say so. */
  channel: string;
  /** Resolves with what the next append says; undefined after `ms`, or when the seat is needed. */
  news(ms: number): Promise<News | undefined>;
}

interface Sitting {
  group: number;
  hear(news: News | undefined): void;
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
  /** By the feed's key; the longest waiting first. */
  readonly #sitting = new Map<string, Sitting>();
  #listening = false;
  #closed = false;

  /** @param seats feeds that may linger per group of them; one more sends the one away that has waited longest */
  constructor(store: Store, options: { seats: number; log: Logger }) {
    this.#store = store;
    this.#seats = options.seats;
    this.#channel = store.keys.lingerChannel(randomUUID());
    this.#subscriber = duplicate(store);
    // The store's own connection tells of an outage.
    this.#subscriber.on("error", () => undefined);
    this.#subscriber.on("message", (_channel: string, message: string) => this.#tell(message));
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
    let heard: { news: News | undefined } | undefined;
    let wake: (() => void) | undefined;
    const sitting: Sitting = {
      group,
      hear: (news) => {
        this.#sitting.delete(key);
        heard ??= { news };
        wake?.();
      },
    };
    this.#sitting.set(key, sitting);
    return {
      channel: this.#channel,
      news: async (ms) => {
        if (heard === undefined) {
          const timer = setTimeout(() => sitting.hear(undefined), ms);
          await new Promise<void>((resolve) => (wake = resolve));
          clearTimeout(timer);
        }
        return heard?.news;
      },
      [Symbol.dispose]: () => {
        if (this.#sitting.get(key) === sitting) this.#sitting.delete(key);
      },
    };
  }

  /** Sends everybody away, and lets nobody sit down any more. */
  close(): void {
    this.#closed = true;
    for (const sitting of this.#sitting.values()) sitting.hear(undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
    this.#subscriber.disconnect();
  }

  #makeRoom(group: number): void {
    const same = [...this.#sitting.values()].filter((sitting) => sitting.group === group);
    if (same.length >= this.#seats) same[0]?.hear(undefined);
  }

  #tell(message: string): void {
    const [key = "", last, ...lines] = message.split("\n");
    const events =
      last === undefined ? [] : fromChunk({ last: Number(last), text: lines.join("\n") }, 0, Number.MAX_SAFE_INTEGER);
    this.#sitting.get(key)?.hear({ events });
  }
}

function duplicate({ redis }: Store): Redis | Cluster {
  return "nodes" in redis ? redis.duplicate() : redis.duplicate();
}
