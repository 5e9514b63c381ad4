/** A job waits in the process for its turn while places come free, but not this long without any… */
const patienceMs = 100;
/** …and not longer than this in all: then it goes back to its queue. */
const maxWaitMs = 2000;
/** Whoever is sent back comes again within these bounds, in ms. */
const soonestMs = 50;
const latestMs = 5000;

/** How many jobs of a process may still get in line, over all endpoints: each keeps its worker slot as it waits. */
export interface LineRoom {
  left: number;
}

interface Waiter {
  want: number;
  settle: (granted: number) => void;
}

/**
 * The requests that one process may have in flight to one endpoint, and the line of those who wait for a place.
 *
 * Places are handed out in handfuls, a quarter of all at most at a time: each feed writes to Redis once for what it sends
 * and once for what comes back, so eight places for one feed cost an eighth of one place for eight feeds.
 */
export class Places {
  /** How many there are now; grows and shrinks with how the endpoint does. */
  cap: number;
  readonly #maxQueueLength: number;
  readonly #room: LineRoom;
  #taken = 0;
  readonly #line: Waiter[] = [];
  /** How long a place is taken, ms: the last requests count most. */
  #heldMs = 0;
  /** Since when none has come free while some are taken. */
  #quietSince = 0;
  /** When the last of those who were sent back is expected to have had its turn. */
  #busyUntil = 0;

  constructor(cap: number, room: LineRoom = { left: cap }) {
    this.cap = cap;
    this.#maxQueueLength = cap;
    this.#room = room;
  }

  /** How many are taken now. */
  get taken(): number {
    return this.#taken;
  }

  /** Nobody has a place or waits for one. */
  get idle(): boolean {
    return this.#taken === 0 && this.#line.length === 0;
  }

  /** Takes up to `want` places if they are to be had at once and nobody waits for them; says how many. */
  tryTake(want: number, now = Date.now()): number {
    if (this.#line.length > 0) return 0;
    if (this.#taken === 0) this.#quietSince = now;
    return this.#grant(want);
  }

  /** Waits a moment for a turn and takes up to `want` places; 0 when there was none, or too many wait already. */
  take(want: number, now = Date.now()): Promise<number> {
    const granted = this.tryTake(want, now);
    const full = this.#line.length >= this.#maxQueueLength || this.#room.left <= 0;
    if (granted > 0 || full) return Promise.resolve(granted);
    this.#room.left -= 1;
    return new Promise((resolve) => {
      const until = now + maxWaitMs;
      const look = (): void => {
        const later = Date.now();
        if (later - this.#quietSince < patienceMs && later < until) {
          timer = setTimeout(look, patienceMs);
          return;
        }
        this.#line.splice(this.#line.indexOf(waiter), 1);
        this.#room.left += 1;
        resolve(0);
        this.#serve();
      };
      let timer = setTimeout(look, patienceMs);
      const waiter: Waiter = {
        want,
        settle: (count) => {
          clearTimeout(timer);
          this.#room.left += 1;
          resolve(count);
        },
      };
      this.#line.push(waiter);
    });
  }

  /**
   * Gives places back; who waits for them gets them before anybody who comes later.
   * @param heldMs how long they were taken by a request; absent when none was made
   */
  giveBack(count: number, heldMs?: number, now = Date.now()): void {
    this.#taken -= count;
    if (heldMs !== undefined) this.#heldMs = this.#heldMs === 0 ? heldMs : 0.9 * this.#heldMs + 0.1 * heldMs;
    this.#quietSince = now;
    this.#serve();
  }

  /**
   * When somebody who found no place shall come again, in ms: after those who were sent back before, at twice the rate at
   * which places come free, as an idle place costs more than a feed that comes too early. By Little's law that rate is
   * the number of places by how long one is taken. Sent back for a fixed time, a thousand feeds of one endpoint came
   * several times each before their turn.
   */
  comeAgainIn(want: number, now = Date.now()): number {
    // Where all of them hang, what was measured before is history.
    const heldMs = Math.max(this.#heldMs, now - this.#quietSince);
    const turn = Math.max(this.#busyUntil, now + soonestMs) + (this.#handful(want) * heldMs) / this.cap / 2;
    this.#busyUntil = Math.min(turn, now + latestMs);
    return this.#busyUntil - now;
  }

  #serve(): void {
    for (let next = this.#line[0]; next !== undefined; next = this.#line[0]) {
      if (this.cap - this.#taken < this.#handful(next.want)) return;
      this.#line.shift();
      next.settle(this.#grant(next.want));
    }
  }

  #handful(want: number): number {
    return Math.max(1, Math.min(want, Math.floor(this.cap / 4)));
  }

  #grant(want: number): number {
    const granted = Math.max(0, Math.min(want, this.cap - this.#taken));
    this.#taken += granted;
    return granted;
  }
}
