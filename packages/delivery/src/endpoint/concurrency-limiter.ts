/** A job waits for its turn while slots are being released, but not this long without a release, ms… */
const maxQuietMs = 100;
/** …and not longer than this in all: then it returns to its queue. */
const maxWaitMs = 2000;
/** Bounds of {@link ConcurrencyLimiter.retryAfterMs}. */
const minRetryAfterMs = 50;
const maxRetryAfterMs = 5000;

/** How many more jobs of a process may wait, over all endpoints: each occupies its worker slot meanwhile. */
export interface WaiterBudget {
  left: number;
}

interface Waiter {
  want: number;
  grant: (count: number) => void;
}

/**
 * Limits the requests that one process has in flight to one endpoint, with a queue of those who wait for a slot.
 *
 * Slots are granted in batches of at most a quarter of the limit: each feed writes to Redis once for what it sends and
 * once for the responses, so eight slots for one feed cost an eighth of one slot for eight feeds.
 */
export class ConcurrencyLimiter {
  /** How many slots there are now; adapted to how the endpoint does. */
  limit: number;
  readonly #maxWaiters: number;
  readonly #budget: WaiterBudget;
  #inFlight = 0;
  readonly #waiters: Waiter[] = [];
  /** How long a slot is held, ms; an average in which the last requests count most. */
  #heldMs = 0;
  /** When a slot was released last, or the first one acquired. */
  #releasedAt = 0;
  /** When the last of those who were sent back is expected to have had its turn. */
  #bookedUntil = 0;

  constructor(limit: number, budget: WaiterBudget = { left: limit }) {
    this.limit = limit;
    this.#maxWaiters = limit;
    this.#budget = budget;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** No slot is held or waited for. */
  get idle(): boolean {
    return this.#inFlight === 0 && this.#waiters.length === 0;
  }

  /** Acquires up to `want` slots if there are any free and nobody waits for them. @returns how many */
  tryAcquire(want: number, now = Date.now()): number {
    if (this.#waiters.length > 0) return 0;
    if (this.#inFlight === 0) this.#releasedAt = now;
    return this.#grant(want);
  }

  /** Waits a moment for its turn and acquires up to `want` slots. @returns how many; 0 without a turn, or with too many waiters */
  acquire(want: number, now = Date.now()): Promise<number> {
    const granted = this.tryAcquire(want, now);
    const full = this.#waiters.length >= this.#maxWaiters || this.#budget.left <= 0;
    if (granted > 0 || full) return Promise.resolve(granted);
    this.#budget.left -= 1;
    return new Promise((resolve) => {
      const until = now + maxWaitMs;
      const check = (): void => {
        const later = Date.now();
        if (later - this.#releasedAt < maxQuietMs && later < until) {
          timer = setTimeout(check, maxQuietMs);
          return;
        }
        this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
        this.#budget.left += 1;
        resolve(0);
        this.#serveWaiters();
      };
      let timer = setTimeout(check, maxQuietMs);
      const waiter: Waiter = {
        want,
        grant: (count) => {
          clearTimeout(timer);
          this.#budget.left += 1;
          resolve(count);
        },
      };
      this.#waiters.push(waiter);
    });
  }

  /**
   * Releases slots; they go to waiters before anybody who comes later.
   * @param heldMs how long they were held by a request; absent when none was made
   */
  release(count: number, heldMs?: number, now = Date.now()): void {
    this.#inFlight -= count;
    if (heldMs !== undefined) this.#heldMs = this.#heldMs === 0 ? heldMs : 0.9 * this.#heldMs + 0.1 * heldMs;
    this.#releasedAt = now;
    this.#serveWaiters();
  }

  /**
   * When a job that got no slot is to try again, in ms: after those that were sent back before it, at twice the rate at
   * which slots are released, as an idle slot costs more than a job that comes too early. By Little's law that rate is the
   * number of slots divided by how long one is held. With a fixed delay, a thousand feeds of one endpoint came several times
   * each before their turn.
   */
  retryAfterMs(want: number, now = Date.now()): number {
    // If all requests hang, earlier measurements do not apply.
    const heldMs = Math.max(this.#heldMs, now - this.#releasedAt);
    const turn = Math.max(this.#bookedUntil, now + minRetryAfterMs) + (this.#grantSize(want) * heldMs) / this.limit / 2;
    this.#bookedUntil = Math.min(turn, now + maxRetryAfterMs);
    return this.#bookedUntil - now;
  }

  #serveWaiters(): void {
    for (let next = this.#waiters[0]; next !== undefined; next = this.#waiters[0]) {
      if (this.limit - this.#inFlight < this.#grantSize(next.want)) return;
      this.#waiters.shift();
      next.grant(this.#grant(next.want));
    }
  }

  #grantSize(want: number): number {
    return Math.max(1, Math.min(want, Math.floor(this.limit / 4)));
  }

  #grant(want: number): number {
    const granted = Math.max(0, Math.min(want, this.limit - this.#inFlight));
    this.#inFlight += granted;
    return granted;
  }
}
