import { setTimeout as delay } from "node:timers/promises";

const minute = 60_000;

/** Lets at most `perMinute` calls begin in any minute; the others wait their turn, they never fail. */
export class RateLimiter {
  readonly #perMinute: number;
  readonly #now: () => number;
  #begun: number[] = [];
  #queue: Promise<void> = Promise.resolve();

  constructor(perMinute: number, now: () => number = () => performance.now()) {
    this.#perMinute = perMinute;
    this.#now = now;
  }

  /** Resolves when one more call may begin. Rejects with the signal's reason. */
  turn(signal: AbortSignal): Promise<void> {
    const mine = this.#queue.then(() => this.#wait(signal));
    this.#queue = mine.catch(() => undefined);
    return mine;
  }

  async #wait(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.#begun = this.#begun.filter((at) => at > this.#now() - minute);
    const oldest = this.#begun.at(-this.#perMinute);
    if (oldest !== undefined) {
      await delay(oldest + minute - this.#now(), undefined, { signal }).catch((error: unknown) => {
        throw signal.aborted ? signal.reason : error;
      });
    }
    this.#begun.push(this.#now());
  }
}
