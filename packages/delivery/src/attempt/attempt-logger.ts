import { logAttempts, type Attempt, type Store } from "@crewstream/redis";
import { logFailure, type Logger } from "@crewstream/service";

/** So long an attempt may wait for others to be written with it. */
const gatherMs = 100;
/** What could not be written waits for the next time, up to this many; the log is for people to look at. */
const keptAttempts = 10_000;

/**
 * Writes attempts to the log over all executions, many at a time: one by one they were a quarter of what a delivery in
 * real time asks of Redis. The execution's own log, written with the outcome, is the one that may not miss any.
 */
export class AttemptLogger implements AsyncDisposable {
  readonly #store: Store;
  readonly #log: Logger;
  #attempts: Attempt[] = [];
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(store: Store, log: Logger) {
    this.#store = store;
    this.#log = log;
  }

  add(attempts: readonly Attempt[]): void {
    if (attempts.length === 0) return;
    this.#attempts.push(...attempts);
    this.#timer ??= setTimeout(() => void this.#write(), gatherMs);
  }

  /** Writes what waits. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#write();
  }

  #write(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const attempts = this.#attempts;
    this.#attempts = [];
    return (this.#writing = this.#writing
      .then(() => logAttempts(this.#store, attempts))
      .catch((error: unknown) => {
        const fields = { err: error, attempts: attempts.length };
        logFailure(this.#log, "attempt_log.write_failed", { level: "warn", fields });
        this.#attempts = [...attempts, ...this.#attempts].slice(-keptAttempts);
      }));
  }
}
