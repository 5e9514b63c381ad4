import { NotNowError } from "./errors.ts";

/** What a store says of a key: it is yours now, someone else works on it, or its work is done. */
export type Claim = "claimed" | "held" | "done";

/**
 * Remembers which work was done. With Redis: `claim` is `SET key owner NX EX lease` and, when that gives nothing, `GET`;
 * `complete` is `SET key done EX keep`; `release` deletes the key if it holds the owner (a script of three lines).
 */
export interface SeenStore {
  /** Takes the key for `leaseSeconds` if nobody has it, in one atomic step. A claim that ran out is free again. */
  claim(key: string, owner: string, leaseSeconds: number): Promise<Claim>;
  /** The work of the key is done, and need not be remembered longer than `keepSeconds`. */
  complete(key: string, keepSeconds: number): Promise<void>;
  /** Gives a key back after a failure; does nothing when another owner has it by now. */
  release(key: string, owner: string): Promise<void>;
}

export interface OnceOptions {
  store: SeenStore;
  /** Longer than the work ever takes: after it, a claim whose process has died is free again. 120 unless told. */
  leaseSeconds?: number;
  /** Longer than a delivery may be sent again. 8 days unless told, one more than runs are kept. */
  keepSeconds?: number;
}

/** Runs the work of a key unless it was done before; says whether it ran. */
export type Once = (key: string, work: () => unknown) => Promise<boolean>;

/** How soon it is worth asking again for a key that someone else works on. */
const heldRetrySeconds = 5;

/**
 * Deliveries come at least once; this makes their work happen once. Keyed by `event.id`, an event is handled once, also
 * when the batch it came in fails half way and is sent again; keyed by `delivery.id`, a replay by hand is handled anew.
 *
 * Two attempts may be under way at once, when the first outlasted the sender's timeout: the second then gets
 * {@link NotNowError}, since answering 2xx would lose the events if the first fails after all. What the work threw is thrown
 * on, and the key is free again. A process that dies between the end of the work and the store's write does it again.
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
      // A store that fails here as well changes nothing: the claim runs out by itself.
      await store.release(key, owner).catch(() => undefined);
      throw error;
    }
    await store.complete(key, keepSeconds);
    return true;
  };
}

/**
 * A store in the memory of one process, for one process: what it knows ends with it. Beyond `maxKeys` (100,000) the
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
