/** Answers wait this long for others to be written down with them, ms. */
const lingerMs = 5;

/** The requests of one feed that are under way. */
export class InFlight {
  #size = 0;
  /** Answers since {@link some} returned last. */
  #back = 0;
  #check: () => void = () => undefined;

  get size(): number {
    return this.#size;
  }

  /** @param sending settles when its request is over; never rejects */
  add(sending: Promise<void>): void {
    this.#size += 1;
    void sending.then(() => {
      this.#size -= 1;
      this.#back += 1;
      this.#check();
    });
  }

  /**
   * Resolves when half of the requests are back, or a moment after the first of them: one write to Redis for several
   * answers, and half of the window still at work meanwhile.
   * @param impatientMs resolves after this long also when nothing came
   */
  async some(impatientMs?: number): Promise<void> {
    const enough = Math.ceil((this.#size + this.#back) / 2);
    const timers: NodeJS.Timeout[] = [];
    await new Promise<void>((resolve) => {
      if (impatientMs !== undefined) timers.push(setTimeout(resolve, impatientMs));
      let lingering = false;
      this.#check = () => {
        if (this.#size === 0 || this.#back >= enough) return resolve();
        if (this.#back === 0 || lingering) return;
        lingering = true;
        timers.push(setTimeout(resolve, lingerMs));
      };
      this.#check();
    });
    for (const timer of timers) clearTimeout(timer);
    this.#check = () => undefined;
    this.#back = 0;
  }
}
