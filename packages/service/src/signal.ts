/**
 * An auto-reset event: a notification without a waiter is kept, and several before the next wait count as one.
 * Notifying again costs nothing, so it may be done on hot paths.
 */
export class Signal {
  #notified = false;
  #wake: (() => void) | undefined;

  notify(): void {
    if (this.#notified) return;
    this.#notified = true;
    this.#wake?.();
  }

  /** Waits for a notification and resets it: true; false if `abort` came first. One caller at a time. */
  async wait(abort: AbortSignal): Promise<boolean> {
    if (!this.#notified && !abort.aborted) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const stop = (): void => resolve();
      this.#wake = stop;
      abort.addEventListener("abort", stop, { once: true });
      await promise;
      abort.removeEventListener("abort", stop);
      this.#wake = undefined;
    }
    const notified = this.#notified;
    this.#notified = false;
    return notified;
  }
}
