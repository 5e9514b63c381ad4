import { compileSelector, type Selector, type StoredEvent, type Subscription } from "@crewstream/contracts";

/** When a batch is sealed: at this age, this many events or this many bytes, whichever comes first. */
export interface BatchWindow {
  maxWaitMs: number;
  maxEvents: number;
  maxBytes: number;
}

/** How a feed is to be woken: after the batch window, or immediately because its batch is full or it is realtime. */
export interface Wake {
  feed: number;
  delayMs: number;
  flush: boolean;
}

interface Subscriber {
  select: Selector;
  realtime: boolean;
  /** What was published for it since it was last woken. */
  events: number;
  bytes: number;
}

function subscriberOf(subscription: Subscription): Subscriber {
  return {
    select: compileSelector(subscription.events),
    realtime: subscription.mode === "realtime",
    events: 0,
    bytes: 0,
  };
}

/** Which feeds an event is for, and how soon each must be woken. */
export class Subscribers {
  readonly #subscribers: Subscriber[];
  readonly #window: BatchWindow;
  readonly #byType = new Map<string, number[]>();

  constructor(subscriptions: readonly Subscription[], window: BatchWindow) {
    this.#window = window;
    this.#subscribers = subscriptions.map(subscriberOf);
  }

  /** Number of known feeds: the number of the next one. */
  get size(): number {
    return this.#subscribers.length;
  }

  /** Adds subscriptions that were added during the run; each must read the stream once. */
  add(subscriptions: readonly Subscription[]): Wake[] {
    const first = this.size;
    this.#subscribers.push(...subscriptions.map(subscriberOf));
    this.#byType.clear();
    return subscriptions.map((_, index) => ({ feed: first + index, delayMs: 0, flush: false }));
  }

  /** Feeds that select at least one of these events. */
  selecting(events: readonly StoredEvent[]): number[] {
    return [...new Set(events.flatMap((event) => this.#feedsFor(event.type)))];
  }

  /**
   * How to wake feeds after these events were written: those of `asleep` that were, and those whose batch has become
   * full, whose wake is brought forward although it is already waiting.
   */
  wakes(events: readonly StoredEvent[], asleep: readonly number[]): Wake[] {
    const full = this.#filled(events);
    return [...new Set([...asleep, ...full])].map((feed) => {
      const now = full.has(feed) || this.#subscribers[feed]?.realtime === true;
      return { feed, delayMs: now ? 0 : this.#window.maxWaitMs, flush: full.has(feed) };
    });
  }

  #filled(events: readonly StoredEvent[]): Set<number> {
    const full = new Set<number>();
    for (const { type, json } of events) {
      for (const feed of this.#feedsFor(type)) {
        const subscriber = this.#subscribers[feed];
        if (subscriber === undefined || subscriber.realtime) continue;
        subscriber.events += 1;
        subscriber.bytes += json.length;
        if (subscriber.events < this.#window.maxEvents && subscriber.bytes < this.#window.maxBytes) continue;
        Object.assign(subscriber, { events: 0, bytes: 0 });
        full.add(feed);
      }
    }
    return full;
  }

  /** A run has few types, so the results are cached. */
  #feedsFor(type: string): readonly number[] {
    const known = this.#byType.get(type);
    if (known !== undefined) return known;
    const feeds = this.#subscribers.flatMap(({ select }, feed) => (select(type) === undefined ? [] : [feed]));
    this.#byType.set(type, feeds);
    return feeds;
  }
}
