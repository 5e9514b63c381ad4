/**
 * Says that there is something to do. What arises while nobody waits is kept; it arises once, however often it is said.
 * Saying so again and again costs nothing, so it stands on hot paths.
 */
export class Need {
  #risen = false;
  #wake: (() => void) | undefined;

  arise(): void {
    if (this.#risen) return;
    this.#risen = true;
    this.#wake?.();
  }

  /** Waits until there is something to do: true, and it is taken as seen to; false when the signal aborted before. */
  async arisen(signal: AbortSignal): Promise<boolean> {
    if (!this.#risen && !signal.aborted) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const stop = (): void => resolve();
      this.#wake = stop;
      signal.addEventListener("abort", stop, { once: true });
      await promise;
      signal.removeEventListener("abort", stop);
      this.#wake = undefined;
    }
    const risen = this.#risen;
    this.#risen = false;
    return risen;
  }
}
