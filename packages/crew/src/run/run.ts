import { AppError, createdAt, ErrorCode, eventId, waitAtMost } from "@crewstream/contracts";
import type { JournalRow } from "../journal.ts";
import type { RunContext } from "../run-context.ts";
import type { ErrorView } from "./error-origin.ts";
import { secretRemover } from "./secret-remover.ts";
import { Suspended } from "./suspended.ts";

const closeLimitMs = 3000;

/**
 * Shared by all scopes of one run: its context, its counters, and whether it must stop without emitting anything else.
 */
export class Run {
  readonly context: RunContext;
  /** Redacts errors: removes the values of environment variables that are secrets. */
  readonly errorView: ErrorView;
  readonly #ordinals = new Map<string, number>();
  readonly #cache = new Map<string, unknown>();
  readonly #closers: (() => Promise<void>)[] = [];
  #interruption: unknown;

  constructor(context: RunContext) {
    this.context = context;
    this.errorView = { root: context.root, removeSecrets: secretRemover(context.env) };
  }

  /** How many events of this type were emitted at this path before: the last part of a deterministic id. */
  nextOrdinal(path: string, type: string): number {
    const key = `${path}\n${type}`;
    const ordinal = this.#ordinals.get(key) ?? 0;
    this.#ordinals.set(key, ordinal + 1);
    return ordinal;
  }

  /** When the execution was created, according to its id (UUIDv7): the same on every replay. */
  get startedAt(): Date {
    return new Date(createdAt(this.context.executionId));
  }

  /** A UUID for a path in this run, the same on every replay: call ids, task ids, idempotency keys. */
  idOf(kind: string, path: string): string {
    return eventId(this.context.executionId, path, `id:${kind}`, 0);
  }

  /** One object per run and key, created on first use: model connections, rate limiters, tool caches. */
  shared<T>(key: string, make: () => T): T {
    if (!this.#cache.has(key)) this.#cache.set(key, make());
    return this.#cache.get(key) as T;
  }

  /** Registers a callback for when the run leaves this process, for whatever reason: for connections it holds. */
  onEnd(close: () => Promise<void>): void {
    this.#closers.push(close);
  }

  /** Closes what the run holds. A connection that does not close, or not soon, must not delay the run's outcome. */
  async end(): Promise<void> {
    if (this.#closers.length === 0) return;
    await waitAtMost(Promise.allSettled(this.#closers.splice(0).map((close) => close())), closeLimitMs);
  }

  /** Whether the run was interrupted and will continue elsewhere: then nothing more may be emitted. */
  get interrupted(): boolean {
    const { signal } = this.context;
    if (signal.aborted && stopsHere(signal.reason)) this.#interruption ??= signal.reason;
    return this.#interruption !== undefined;
  }

  /**
   * Whether this error means "not here, not now" instead of a failure of the run: the lease was lost, the process shuts
   * down, the store is unavailable, or a person must answer first. It is passed on without closing anything.
   */
  passesThrough(error: unknown): boolean {
    if (stopsHere(error)) this.#interruption ??= error;
    return this.interrupted || error instanceof Suspended;
  }

  /** Whether a person stopped the run: later failures are a consequence of that. */
  get stopped(): boolean {
    const { signal } = this.context;
    return signal.aborted && AppError.is(signal.reason, ErrorCode.cancelled);
  }

  /** What `run()` rejects with if the run was interrupted. */
  get interruption(): unknown {
    return this.#interruption;
  }

  /** Writes a journal row; a failed write interrupts the run, since nothing later could be stored either. */
  async record(path: string, row: JournalRow): Promise<void> {
    if (this.interrupted) throw this.#interruption;
    await this.#guard(this.context.journal.write(path, row));
  }

  /** Waits until the sink accepts more; see {@link RunContext.sink}. */
  async sinkReady(): Promise<void> {
    await this.#guard(this.context.sink.ready());
  }

  async #guard(stored: Promise<void>): Promise<void> {
    try {
      await stored;
    } catch (error) {
      this.#interruption ??= error;
      throw error;
    }
  }
}

function stopsHere(error: unknown): boolean {
  return AppError.is(error, ErrorCode.leaseLost) || AppError.is(error, ErrorCode.shutdown);
}
