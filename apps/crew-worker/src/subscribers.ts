import { compileSelector, type Selector, type Subscription } from "@crewstream/contracts";

/** Which feeds an event concerns, and how soon each wants to be woken. */
export class Subscribers {
  readonly #selectors: Selector[];
  readonly #delays: number[];
  readonly #byType = new Map<string, number[]>();

  constructor(subscriptions: readonly Subscription[], batchMaxWaitMs: number) {
    this.#selectors = subscriptions.map((subscription) => compileSelector(subscription.events));
    this.#delays = subscriptions.map((subscription) => (subscription.mode === "realtime" ? 0 : batchMaxWaitMs));
  }

  /** Feeds that select this type. The types of a run are few, so the answer is kept. */
  feedsFor(type: string): readonly number[] {
    const known = this.#byType.get(type);
    if (known !== undefined) return known;
    const feeds = this.#selectors.flatMap((select, feed) => (select(type) === undefined ? [] : [feed]));
    this.#byType.set(type, feeds);
    return feeds;
  }

  /** The batch window of a feed in ms; 0 for a realtime one. */
  delayOf(feed: number): number {
    return this.#delays[feed] ?? 0;
  }
}
