/** A response waits this long for others to be recorded with it, ms. */
const gatherMs = 5;

/** Waits for the responses to the requests that one job has in flight. */
export class RequestsInFlight {
  #size = 0;
  /** Requests that ended since {@link nextResponses} resolved last. */
  #ended = 0;
  #check: () => void = () => undefined;

  get size(): number {
    return this.#size;
  }

  /** @param request settles when it has ended; never rejects */
  add(request: Promise<void>): void {
    this.#size += 1;
    void request.then(() => {
      this.#size -= 1;
      this.#ended += 1;
      this.#check();
    });
  }

  /**
   * Resolves when half of the requests have ended, or a moment after the first of them: several responses are recorded
   * with one write to Redis, while the other half of the window is still in flight.
   * @param timeoutMs resolves after this long even if none has ended
   */
  async nextResponses(timeoutMs?: number): Promise<void> {
    const enough = Math.ceil((this.#size + this.#ended) / 2);
    const timers: NodeJS.Timeout[] = [];
    await new Promise<void>((resolve) => {
      if (timeoutMs !== undefined) timers.push(setTimeout(resolve, timeoutMs));
      let gathering = false;
      this.#check = () => {
        if (this.#size === 0 || this.#ended >= enough) return resolve();
        if (this.#ended === 0 || gathering) return;
        gathering = true;
        timers.push(setTimeout(resolve, gatherMs));
      };
      this.#check();
    });
    for (const timer of timers) clearTimeout(timer);
    this.#check = () => undefined;
    this.#ended = 0;
  }
}
