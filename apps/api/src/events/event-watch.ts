import { hasEnded, type ExecutionId, type ExecutionState } from "@crewstream/contracts";
import { readExecutionHead, type Store } from "@crewstream/redis";

/** How far an execution's stream is, and in which state the execution; `gone` when it has expired. */
export type StreamHead = { seq: number; state: ExecutionState } | "gone";

type Reader = (head: StreamHead) => void;

const lookEveryMs = 100;

/**
 * Tells readers when an execution has more events. All readers of a process share one look at each watched execution
 * every 100 ms, on the store's own connection: a blocking read would take a connection per reader, and in a cluster one
 * per slot. Without readers nothing is asked. While Redis is away nobody hears anything, and nobody is cut off.
 */
export class EventWatch implements Disposable {
  readonly #store: Store;
  readonly #readers = new Map<ExecutionId, Set<Reader>>();
  #timer: NodeJS.Timeout | undefined;

  constructor(store: Store) {
    this.#store = store;
  }

  /**
   * Resolves when the execution has events after `after`, has ended, or is gone; with undefined when the signal aborts
   * before.
   */
  async beyond(id: ExecutionId, after: number, signal: AbortSignal): Promise<StreamHead | undefined> {
    if (signal.aborted) return undefined;
    const { promise, resolve } = Promise.withResolvers<StreamHead | undefined>();
    const reader: Reader = (head) => {
      if (head === "gone" || head.seq > after || hasEnded(head.state)) resolve(head);
    };
    const stop = (): void => resolve(undefined);
    signal.addEventListener("abort", stop, { once: true });
    this.#add(id, reader);
    try {
      return await promise;
    } finally {
      signal.removeEventListener("abort", stop);
      this.#remove(id, reader);
    }
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }

  #add(id: ExecutionId, reader: Reader): void {
    const readers = this.#readers.get(id) ?? new Set();
    this.#readers.set(id, readers.add(reader));
    this.#timer ??= setTimeout(() => void this.#look(), 0);
  }

  #remove(id: ExecutionId, reader: Reader): void {
    const readers = this.#readers.get(id);
    readers?.delete(reader);
    if (readers?.size === 0) this.#readers.delete(id);
  }

  async #look(): Promise<void> {
    await Promise.allSettled(
      [...this.#readers].map(async ([id, readers]) => {
        const head = (await readExecutionHead(this.#store, id)) ?? "gone";
        for (const reader of readers) reader(head);
      }),
    );
    this.#timer = this.#readers.size === 0 ? undefined : setTimeout(() => void this.#look(), lookEveryMs);
  }
}
