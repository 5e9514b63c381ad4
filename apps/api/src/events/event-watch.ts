import { hasEnded, type ExecutionId, type ExecutionState } from "@crewstream/contracts";
import { AppendSignals, readExecutionHead, type Store } from "@crewstream/redis";
import { SharedReads } from "./shared-reads.ts";

/** How far an execution's stream is, and in which state the execution; `gone` when it has expired. */
export type StreamHead = { seq: number; state: ExecutionState } | "gone";

type Reader = (head: StreamHead) => void;

interface Watched {
  readers: Set<Reader>;
  signal: Disposable;
  /** A look is under way. */
  looking: boolean;
  /** Something was told of that the look under way may not have seen. */
  again: boolean;
}

/** What no signal tells of is found so late: a state that changes without an append, what a lost connection swallowed. */
const lookEveryMs = 1000;

/**
 * Tells readers when an execution has more events. All readers of a process share one look at each watched execution:
 * when it is told of an append, and every second besides, on the store's own connection. A blocking read would take a
 * connection per reader, and in a cluster one per slot. Without readers nothing is asked. While Redis is away nobody hears
 * anything, and nobody is cut off.
 */
export class EventWatch implements AsyncDisposable {
  readonly #store: Store;
  readonly #signals: AppendSignals;
  /** Pages that readers at the same place share. */
  readonly pages = new SharedReads();
  readonly #watched = new Map<ExecutionId, Watched>();
  #timer: NodeJS.Timeout | undefined;

  constructor(store: Store) {
    this.#store = store;
    this.#signals = new AppendSignals(store);
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
    const watched = this.#watched.get(id) ?? this.#watch(id);
    watched.readers.add(reader);
    void this.#look(id, watched);
    try {
      return await promise;
    } finally {
      signal.removeEventListener("abort", stop);
      // A reader comes back for the next page at once: the watch is kept until the next look at all finds it empty.
      watched.readers.delete(reader);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#timer);
    await this.#signals[Symbol.asyncDispose]();
  }

  #watch(id: ExecutionId): Watched {
    const look = (): void => void this.#look(id, watched);
    const signal = this.#signals.listen(id, look);
    const watched: Watched = { readers: new Set(), signal, looking: false, again: false };
    this.#watched.set(id, watched);
    // What was appended before anybody was told is looked for once.
    void signal.ready.then(look);
    this.#timer ??= setTimeout(() => this.#lookAtAll(), lookEveryMs);
    return watched;
  }

  #lookAtAll(): void {
    for (const [id, watched] of this.#watched) {
      if (watched.readers.size > 0) void this.#look(id, watched);
      else {
        watched.signal[Symbol.dispose]();
        this.#watched.delete(id);
      }
    }
    this.#timer = this.#watched.size === 0 ? undefined : setTimeout(() => this.#lookAtAll(), lookEveryMs);
  }

  /** One look at a time; what is told of meanwhile makes it look once more. */
  async #look(id: ExecutionId, watched: Watched): Promise<void> {
    watched.again = true;
    if (watched.looking) return;
    watched.looking = true;
    try {
      while (watched.again && watched.readers.size > 0) {
        watched.again = false;
        const head = (await readExecutionHead(this.#store, id)) ?? "gone";
        for (const reader of watched.readers) reader(head);
      }
    } catch {
      // Redis is away: the next look is in a second.
    } finally {
      watched.looking = false;
    }
  }
}
