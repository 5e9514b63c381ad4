import type { ExecutionId } from "@crewstream/contracts";
import type { Cluster, Redis } from "ioredis";
import { runScript } from "./scripts.ts";
import type { Store } from "./store.ts";
import { openSubscriber } from "./connection/subscriber.ts";

type Listener = () => void;

/**
 * Tells this process at once when something is appended to executions that it follows, on one connection for all of them.
 * A message says only that there is more. What a lost connection swallows is not made up for: whoever listens looks by
 * himself as well, now and then.
 */
export class AppendSignals implements AsyncDisposable {
  readonly #store: Store;
  /** Opened for the first listener. */
  #subscriber: Redis | Cluster | undefined;
  readonly #listeners = new Map<string, Set<Listener>>();

  constructor(store: Store) {
    this.#store = store;
  }

  /**
   * Calls `listener` after each append from now on, until what is returned is disposed.
   * @returns with `ready`, which resolves when nothing that is appended later is missed, and never rejects
   */
  listen(id: ExecutionId, listener: Listener): Disposable & { ready: Promise<void> } {
    const channel = this.#store.keys.watchChannel(id);
    const known = this.#listeners.get(channel);
    const listeners = known ?? new Set<Listener>();
    this.#listeners.set(channel, listeners.add(listener));
    return {
      ready: known === undefined ? this.#follow(id, channel) : Promise.resolve(),
      [Symbol.dispose]: () => {
        listeners.delete(listener);
        if (listeners.size > 0 || this.#listeners.get(channel) !== listeners) return;
        this.#listeners.delete(channel);
        this.#subscriber?.unsubscribe(channel).catch(() => undefined);
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#subscriber?.disconnect();
  }

  async #follow(id: ExecutionId, channel: string): Promise<void> {
    try {
      this.#subscriber ??= openSubscriber(this.#store, "append signals", (told) => this.#tell(told));
      await this.#subscriber.subscribe(channel);
      await askForSignals(this.#store, id);
    } catch {
      // Redis is away: whoever listens looks by himself meanwhile.
    }
  }

  #tell(channel: string): void {
    for (const listener of this.#listeners.get(channel) ?? []) listener();
  }
}

/** Has what is appended to an execution from now on told on its channel, as long as it is kept. */
export async function askForSignals(store: Store, id: ExecutionId): Promise<void> {
  await runScript(store.redis, "watch-execution", [store.keys.execution(id).exec], [store.keys.watchChannel(id)]);
}
