import { NotNowError } from "./errors.ts";

/** A store's reply to a claim: the key is yours now, another owner works on it, or its work is done. */
export type Claim = "claimed" | "held" | "done";

/**
 * Remembers which work was done. With Redis: `claim` is `SET key owner NX EX lease` and, if that sets nothing, `GET`;
 * `complete` is `SET key done EX keep`; `release` deletes the key if it holds the owner (a script of three lines).
 */
export interface SeenStore {
  /** Claims the key for `leaseSeconds` if nobody has it, in one atomic step. An expired claim is free again. */
  claim(key: string, owner: string, leaseSeconds: number): Promise<Claim>;
  /** The key's work is done, and need not be remembered longer than `keepSeconds`. */
  complete(key: string, keepSeconds: number): Promise<void>;
  /** Releases a key after a failure; does nothing if another owner has it by now. */
  release(key: string, owner: string): Promise<void>;
}

export interface OnceOptions {
  store: SeenStore;
  /** Longer than the work ever takes: after it, a claim whose process has died is free again. Default 120. */
  leaseSeconds?: number;
  /** Longer than a delivery may be repeated. Default 8 days, one more than runs are kept. */
  keepSeconds?: number;
}

/** Runs the work of a key unless it was done before; returns whether it ran. */
export type Once = (key: string, work: () => unknown) => Promise<boolean>;

/** After how long to retry when another owner works on a key. */
const heldRetrySeconds = 5;

/**
 * Deliveries arrive at least once; this makes their work happen once. Keyed by `event.id`, an event is handled once,
 * even if its batch fails half way and is retried; keyed by `delivery.id`, a manual replay is handled again.
 *
 * Two attempts may be in progress at once, if the first outlasted the sender's timeout: the second then gets {@link
 * NotNowError}, since responding 2xx would lose the events if the first fails after all. Errors of the work are
 * rethrown, and the key is free again. If a process dies between the end of the work and the store's write, the work is
 * done again.
 */
export function onceOnly({ store, leaseSeconds = 120, keepSeconds = 8 * 86_400 }: OnceOptions): Once {
  return async (key, work) => {
    const owner = globalThis.crypto.randomUUID();
    const claim = await store.claim(key, owner, leaseSeconds);
    if (claim === "done") return false;
    if (claim === "held") throw new NotNowError(`${key} is being worked on by another attempt.`, heldRetrySeconds);
    try {
      await work();
    } catch (error) {
      // If the store fails here as well, nothing changes: the claim expires by itself.
      await store.release(key, owner).catch(() => undefined);
      throw error;
    }
    await store.complete(key, keepSeconds);
    return true;
  };
}

/**
 * A store in the memory of one process, for one process: its contents end with it. Beyond `maxKeys` (100,000) the
 * oldest are forgotten.
 */
export function memorySeenStore({
  maxKeys = 100_000,
  now = Date.now,
}: { maxKeys?: number; now?: () => number } = {}): SeenStore {
  const entries = new Map<string, { owner: string | undefined; until: number }>();
  const put = (key: string, owner: string | undefined, seconds: number): void => {
    entries.delete(key);
    entries.set(key, { owner, until: now() + seconds * 1000 });
    for (const oldest of entries.keys()) {
      if (entries.size <= maxKeys) break;
      entries.delete(oldest);
    }
  };
  return {
    claim: async (key, owner, leaseSeconds) => {
      const entry = entries.get(key);
      if (entry !== undefined && entry.until > now()) return entry.owner === undefined ? "done" : "held";
      put(key, owner, leaseSeconds);
      return "claimed";
    },
    complete: async (key, keepSeconds) => put(key, undefined, keepSeconds),
    release: async (key, owner) => {
      if (entries.get(key)?.owner === owner) entries.delete(key);
    },
  };
}
