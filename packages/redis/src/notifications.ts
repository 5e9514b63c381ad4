import type { ExecutionId } from "@crewstream/contracts";
import type { RedisClient } from "./connection/client.ts";
import { runScript } from "./scripts.ts";
import type { Store } from "./store.ts";

type Listener = (message: string) => void;

/** A listener on a channel; disposing it stops it. `ready` resolves when no later message is missed. */
export type Listening = Disposable & { ready: Promise<void> };

interface Channel {
  listeners: Set<Listener>;
  ready: Promise<void>;
}

/**
 * Listens to Redis channels, on one connection for all of them, which is opened for the first listener. The connection
 * retries forever and resubscribes by itself, even if the store's own connection fails fast. Messages that are sent
 * while it is down are lost: listeners must also poll, or stop waiting after a while.
 */
export class Notifications implements AsyncDisposable {
  readonly #store: Store;
  readonly #purpose: string;
  readonly #channels = new Map<string, Channel>();
  #subscriber: RedisClient | undefined;

  /** @param purpose for the log: what the connection is for */
  constructor(store: Store, purpose: string) {
    this.#store = store;
    this.#purpose = purpose;
  }

  /** Calls `listener` with each message on a channel until disposed. `ready` rejects when Redis refuses to subscribe. */
  listen(name: string, listener: Listener): Listening {
    const channel = this.#channels.get(name) ?? this.#subscribe(name);
    channel.listeners.add(listener);
    return {
      ready: channel.ready,
      [Symbol.dispose]: () => {
        channel.listeners.delete(listener);
        if (channel.listeners.size > 0 || this.#channels.get(name) !== channel) return;
        this.#channels.delete(name);
        this.#subscriber?.unsubscribe(name).catch(() => undefined);
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#subscriber?.disconnect();
  }

  #subscribe(name: string): Channel {
    this.#subscriber ??= this.#connect();
    const ready = this.#subscriber.subscribe(name).then(() => undefined);
    // A listener that does not wait for `ready` must not end the process.
    ready.catch(() => undefined);
    const channel = { listeners: new Set<Listener>(), ready };
    this.#channels.set(name, channel);
    return channel;
  }

  #connect(): RedisClient {
    const subscriber = this.#store.connections.open({ role: "subscriber", purpose: this.#purpose });
    subscriber.on("message", (name: string, message: string) => {
      for (const listener of this.#channels.get(name)?.listeners ?? []) listener(message);
    });
    return subscriber;
  }
}

/** Calls `listener` after each append to an execution; see {@link Notifications.listen}. */
export function listenForAppends(
  notifications: Notifications,
  store: Store,
  id: ExecutionId,
  listener: () => void,
): Listening {
  const listening = notifications.listen(store.keys.watchChannel(id), listener);
  const ready = listening.ready.then(() => enableAppendMessages(store, id));
  ready.catch(() => undefined);
  return { ready, [Symbol.dispose]: () => listening[Symbol.dispose]() };
}

/** Makes appends to an execution send messages on its channel, until the execution expires. */
export async function enableAppendMessages(store: Store, id: ExecutionId): Promise<void> {
  await runScript(store.redis, "watch-execution", [store.keys.execution(id).exec], [store.keys.watchChannel(id)]);
}
