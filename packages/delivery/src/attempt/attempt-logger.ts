import { logAttempts, type Attempt, type Store } from "@crewstream/redis";
import { logFailure, type Logger } from "@crewstream/service";

/** An attempt waits this long for others to be written with it, ms. */
const gatherMs = 100;
/** Attempts that could not be written are kept for the next time, up to this many; the log is only for people. */
const maxKeptAttempts = 10_000;

/**
 * Writes attempts to the log over all executions, many at a time: one by one they were a quarter of the Redis commands of a
 * delivery in real time. The execution's own log, written with the outcome, is the one that is complete.
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

  /** Writes the attempts that are not written yet. */
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
        this.#attempts = [...attempts, ...this.#attempts].slice(-maxKeptAttempts);
      }));
  }
}
