import { setTimeout as delay } from "node:timers/promises";

const minute = 60_000;

export interface LimiterClock {
  /** Milliseconds of a monotonic clock. */
  now(): number;
  /** Resolves after the given number of milliseconds. Rejects with the signal's reason. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

const realClock: LimiterClock = {
  now: () => performance.now(),
  sleep: async (ms, signal) => {
    await delay(ms, undefined, { signal }).catch((error: unknown) => {
      throw signal.aborted ? signal.reason : error;
    });
  },
};

/** Lets at most `perMinute` calls start in any minute; further calls wait, they never fail. */
export class RateLimiter {
  readonly #perMinute: number;
  readonly #clock: LimiterClock;
  #begun: number[] = [];
  #queue: Promise<void> = Promise.resolve();

  constructor(perMinute: number, clock: LimiterClock = realClock) {
    this.#perMinute = perMinute;
    this.#clock = clock;
  }

  /** Resolves when the next call may start. Rejects with the signal's reason. */
  turn(signal: AbortSignal): Promise<void> {
    const mine = this.#queue.then(() => this.#wait(signal));
    this.#queue = mine.catch(() => undefined);
    return mine;
  }

  async #wait(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.#begun = this.#begun.filter((at) => at > this.#clock.now() - minute);
    const oldest = this.#begun.at(-this.#perMinute);
    if (oldest !== undefined) await this.#clock.sleep(oldest + minute - this.#clock.now(), signal);
    this.#begun.push(this.#clock.now());
  }
}
