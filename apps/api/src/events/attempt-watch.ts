import { followAttemptLog, readAttemptLog, type Attempt, type Store } from "@crewstream/redis";

/** Awaited before the next read, so that attempts arrive in order. */
type Listener = (attempts: readonly Attempt[]) => Promise<void>;

const lookEveryMs = 500;
/** Per read and partition; a larger burst is shown in parts, and what the log drops meanwhile is not shown. */
const maxPerRead = 500;

/** Notifies listeners of attempts as they are logged: one read per partition and half second for the whole process. */
export class AttemptWatch implements Disposable {
  readonly #store: Store;
  readonly #listeners = new Set<Listener>();
  #timer: NodeJS.Timeout | undefined;
  #places: string[] | undefined;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Calls `listener` with attempts from now on; the returned function ends that. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    this.#timer ??= setTimeout(() => void this.#look(), 0);
    return () => void this.#listeners.delete(listener);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }

  async #look(): Promise<void> {
    // Redis is down: what was logged meanwhile is shown when it is back.
    await this.#tell().catch(() => undefined);
    if (this.#listeners.size > 0) this.#timer = setTimeout(() => void this.#look(), lookEveryMs);
    else {
      this.#timer = undefined;
      this.#places = undefined;
    }
  }

  async #tell(): Promise<void> {
    const partitions = Array.from({ length: this.#store.partitions }, (_, partition) => partition);
    const places = (this.#places ??= await Promise.all(partitions.map((partition) => this.#newest(partition))));
    const logs = await Promise.all(
      partitions.map((partition) =>
        followAttemptLog(this.#store, partition, { after: places[partition] ?? "0-0", limit: maxPerRead }),
      ),
    );
    for (const [partition, log] of logs.entries()) places[partition] = log.at(-1)?.cursor ?? places[partition] ?? "0-0";
    const attempts = logs.flatMap((log) => log.map(({ attempt }) => attempt)).sort((a, b) => a.at - b.at);
    if (attempts.length > 0) await Promise.all([...this.#listeners].map((listener) => listener(attempts)));
  }

  async #newest(partition: number): Promise<string> {
    const [last] = await readAttemptLog(this.#store, partition, { limit: 1 });
    return last?.cursor ?? "0-0";
  }
}
