import { setImmediate as turn } from "node:timers/promises";

/** A clock for code that only waits for it: it jumps to the next timer as soon as nothing else is left to do. */
export class VirtualTime {
  #now = 0;
  readonly #waiting: { at: number; wake: () => void }[] = [];

  pass(ms: number): Promise<void> {
    return new Promise((wake) => void this.#waiting.push({ at: this.#now + ms, wake }));
  }

  /** Advances time until the work has ended. */
  async drive<T>(work: Promise<T>): Promise<T> {
    let isOver = false;
    const over = (): void => void (isOver = true);
    void work.then(over, over);
    for (;;) {
      // Microtasks that follow from the last wake-up run before the next turn of the event loop.
      await turn();
      if (isOver) return work;
      this.#waiting.sort((a, b) => b.at - a.at);
      const next = this.#waiting.pop();
      if (next === undefined) continue;
      this.#now = next.at;
      next.wake();
    }
  }
}
