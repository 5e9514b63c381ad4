import { hasEnded, type ExecutionId, type ExecutionState } from "@crewstream/contracts";
import { listenForAppends, Notifications, readExecutionHead, type Store } from "@crewstream/redis";
import { SharedReads } from "./shared-reads.ts";

/** How far an execution's stream is, and the execution's state; `gone` if it has expired. */
export type StreamHead = { seq: number; state: ExecutionState } | "gone";

type Reader = (head: StreamHead) => void;

interface Watched {
  readers: Set<Reader>;
  listening: Disposable;
  /** A read is in progress. */
  reading: boolean;
  /** A notification arrived that the read in progress may have missed. */
  again: boolean;
}

/** Polling interval, for changes without a notification: a state that changes without an append, or lost messages. */
const pollMs = 1000;

/**
 * Tells readers when an execution has more events. All readers in a process share one read of each watched execution:
 * after each append, and every second, on the store's own connection. A blocking read would need a
 * connection per reader, and in a cluster one per slot. Without readers there are no reads. While Redis is down, readers
 * wait and are not disconnected.
 */
export class EventWatch implements AsyncDisposable {
  readonly #store: Store;
  readonly #notifications: Notifications;
  /** Pages that readers at the same position share. */
  readonly pages = new SharedReads();
  readonly #watched = new Map<ExecutionId, Watched>();
  #timer: NodeJS.Timeout | undefined;

  constructor(store: Store) {
    this.#store = store;
    this.#notifications = new Notifications(store, "append notifications");
  }

  /**
   * Resolves when the execution has events after `after`, has ended, or is gone; with undefined when the signal aborts
   * first.
   * @param paused what the reader knows: it also resolves when the execution pauses or resumes
   */
  async beyond(id: ExecutionId, after: number, signal: AbortSignal, paused?: boolean): Promise<StreamHead | undefined> {
    if (signal.aborted) return undefined;
    const { promise, resolve } = Promise.withResolvers<StreamHead | undefined>();
    const reader: Reader = (head) => {
      if (head === "gone" || head.seq > after || hasEnded(head.state)) resolve(head);
      else if (paused !== undefined && paused !== (head.state === "PAUSED")) resolve(head);
    };
    const stop = (): void => resolve(undefined);
    signal.addEventListener("abort", stop, { once: true });
    const watched = this.#watched.get(id) ?? this.#watch(id);
    watched.readers.add(reader);
    void this.#read(id, watched);
    try {
      return await promise;
    } finally {
      signal.removeEventListener("abort", stop);
      // A reader usually returns for the next page immediately: the watch is kept until the next poll finds it without
      // readers.
      watched.readers.delete(reader);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#timer);
    await this.#notifications[Symbol.asyncDispose]();
  }

  #watch(id: ExecutionId): Watched {
    const read = (): void => void this.#read(id, watched);
    const listening = listenForAppends(this.#notifications, this.#store, id, read);
    const watched: Watched = { readers: new Set(), listening, reading: false, again: false };
    this.#watched.set(id, watched);
    // Catches what was appended before the channel was subscribed. If that fails, the timer reads the head.
    listening.ready.then(read, () => undefined);
    this.#timer ??= setTimeout(() => this.#readAll(), pollMs);
    return watched;
  }

  #readAll(): void {
    for (const [id, watched] of this.#watched) {
      if (watched.readers.size > 0) void this.#read(id, watched);
      else {
        watched.listening[Symbol.dispose]();
        this.#watched.delete(id);
      }
    }
    this.#timer = this.#watched.size === 0 ? undefined : setTimeout(() => this.#readAll(), pollMs);
  }

  /** One read at a time; a notification during a read causes another one. */
  async #read(id: ExecutionId, watched: Watched): Promise<void> {
    watched.again = true;
    if (watched.reading) return;
    watched.reading = true;
    try {
      while (watched.again && watched.readers.size > 0) {
        watched.again = false;
        const head = (await readExecutionHead(this.#store, id)) ?? "gone";
        for (const reader of watched.readers) reader(head);
      }
    } catch {
      // Redis is unavailable: the next read is in a second.
    } finally {
      watched.reading = false;
    }
  }
}
