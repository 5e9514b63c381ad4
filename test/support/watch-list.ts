import { maxWaitMs, within } from "./eventually.ts";

/** A growing record of observations, with waits that are checked as it grows. */
export class WatchList<Item> {
  readonly items: Item[] = [];
  readonly #waiting = new Set<() => void>();

  push(item: Item): void {
    this.items.push(item);
    this.touch();
  }

  /** Makes the waits check again, after an item has changed. */
  touch(): void {
    for (const look of this.#waiting) look();
  }

  /**
   * Resolves when the predicate returns something other than `undefined` or `false`, immediately if it already does.
   * @param describe what was seen, for the error
   */
  async until<T>(
    predicate: (items: readonly Item[]) => T,
    describe: (items: readonly Item[]) => string,
    limitMs = maxWaitMs,
  ): Promise<Exclude<T, undefined | false>> {
    const { promise, resolve, reject } = Promise.withResolvers<Exclude<T, undefined | false>>();
    const look = (): void => {
      try {
        const found = predicate(this.items);
        if (found !== undefined && found !== false) resolve(found as Exclude<T, undefined | false>);
      } catch (error) {
        reject(error);
      }
    };
    this.#waiting.add(look);
    try {
      look();
      return await within(promise, () => describe(this.items), limitMs);
    } finally {
      this.#waiting.delete(look);
    }
  }
}
