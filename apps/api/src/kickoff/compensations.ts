import type { ExecutionId } from "@crewstream/contracts";
import { discardExecution, type Store } from "@crewstream/redis";
import type { Logger } from "@crewstream/service";

const pauseMs = 1000;
/** After this time the reconciler has found the execution and runs it: undoing it would be worse. */
const giveUpAfterMs = 10 * 60 * 1000;

/**
 * Undoes kickoffs whose clients were answered with a failure although Redis may have executed them: a lost reply cannot
 * be distinguished from a failure. Retries until Redis is back.
 */
export class Compensations implements AsyncDisposable {
  readonly #store: Store;
  readonly #log: Logger;
  readonly #running = new Set<Promise<void>>();
  readonly #stop = new AbortController();

  constructor(store: Store, log: Logger) {
    this.#store = store;
    this.#log = log;
  }

  /** Discards the execution once `attempt`, which may still be in progress, has settled. */
  discardAfter(attempt: Promise<unknown>, executionId: ExecutionId, feeds: number): void {
    const work = this.#discard(attempt, executionId, feeds).finally(() => this.#running.delete(work));
    this.#running.add(work);
  }

  /** Waits for what can be done now; what needs Redis to be back first is left to the reconciler. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#running);
  }

  async #discard(attempt: Promise<unknown>, executionId: ExecutionId, feeds: number): Promise<void> {
    await attempt.catch(() => undefined);
    for (const begun = Date.now(); Date.now() - begun < giveUpAfterMs;) {
      try {
        await discardExecution(this.#store, executionId, feeds);
        this.#log.info({ executionId }, "kickoff.discarded");
        return;
      } catch {
        if (this.#stop.signal.aborted) break;
        await this.#pause();
      }
    }
    this.#log.warn({ executionId }, "kickoff.not_discarded");
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, pauseMs);
      this.#stop.signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
    });
  }
}
