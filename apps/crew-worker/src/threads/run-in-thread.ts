import type { Worker } from "node:worker_threads";
import { AppError, ErrorCode, type PausedOutcome, type RunOutcome } from "@crewstream/contracts";
import { fromWire, toWire, type FromThread, type RunOrder, type ThreadCall, type ToThread } from "./protocol.ts";
import type { ThreadPool } from "./thread-pool.ts";

/** Time for a run that was asked to stop to close what it had open; then its thread is ended. */
const graceMs = 1000;

/** Executes a run's requests; resolves with the result, if there is one. */
export interface Host {
  serve(call: ThreadCall): Promise<string | undefined>;
}

/**
 * Runs an order in a thread of the pool. `host` executes the thread's requests; `signal` stops the run, by ending its
 * thread if it does not react.
 * @throws AppError `run_failed` if the thread died; the reason of `signal`; or the error of `host`
 */
export async function runInThread(
  pool: ThreadPool,
  order: RunOrder,
  { host, signal }: { host: Host; signal: AbortSignal },
): Promise<RunOutcome | PausedOutcome> {
  const thread = pool.take(order.executionId);
  const ended = new RunListener(thread, host);
  const stop = () => ended.stop(signal.reason);
  signal.addEventListener("abort", stop);
  try {
    post(thread, { type: "run", order });
    if (signal.aborted) stop();
    const outcome = await ended.result;
    pool.giveBack(thread);
    return outcome;
  } catch (error) {
    // Work that the automation left running must not write into the next run.
    await pool.discard(thread);
    throw error;
  } finally {
    signal.removeEventListener("abort", stop);
    ended[Symbol.dispose]();
  }
}

/** Follows one run's messages until its thread reports the outcome, or dies. */
class RunListener implements Disposable {
  readonly result: Promise<RunOutcome | PausedOutcome>;
  readonly #thread: Worker;
  readonly #settle: { resolve: (outcome: RunOutcome | PausedOutcome) => void; reject: (error: unknown) => void };
  readonly #host: Host;
  #grace: NodeJS.Timeout | undefined;

  constructor(thread: Worker, host: Host) {
    this.#thread = thread;
    const { promise, resolve, reject } = Promise.withResolvers<RunOutcome | PausedOutcome>();
    this.result = promise;
    this.#settle = { resolve, reject };
    this.#host = host;
    thread.on("message", this.#receive).on("error", this.#failed).on("exit", this.#exited);
  }

  /** Asks the run to stop, and gives it up if it does not. */
  stop(reason: unknown): void {
    post(this.#thread, { type: "abort", reason: toWire(reason) });
    this.#grace ??= setTimeout(() => this.#settle.reject(reason), graceMs);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#grace);
    this.#thread.off("message", this.#receive).off("error", this.#failed).off("exit", this.#exited);
  }

  async #answer(id: number, call: ThreadCall): Promise<void> {
    try {
      const value = await this.#host.serve(call);
      post(this.#thread, { type: "returned", call: id, ...(value === undefined ? {} : { value }) });
    } catch (error) {
      post(this.#thread, { type: "refused", call: id, error: toWire(error) });
    }
  }

  readonly #failed = (error: Error): void => this.#settle.reject(died(error.message));

  readonly #exited = (code: number): void => this.#settle.reject(died(`it ended with code ${code}`));

  readonly #receive = (message: FromThread): void => {
    switch (message.type) {
      case "call":
        void this.#answer(message.id, message.call);
        return;
      case "finished":
        this.#settle.resolve(message.outcome);
        return;
      case "found":
        return;
      case "interrupted":
        this.#settle.reject(fromWire(message.error));
        return;
      default:
        message satisfies never;
    }
  };
}

function died(how: string): AppError {
  return new AppError(`The run's thread died: ${how}.`, { code: ErrorCode.runFailed, retryable: true });
}

function post(thread: Worker, message: ToThread): void {
  thread.postMessage(message);
}
