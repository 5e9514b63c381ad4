import { AppError, ErrorCode } from "@crewstream/contracts";
import type { Scope } from "./scope.ts";

export interface Ending {
  type: string;
  data: Readonly<Record<string, unknown>>;
}

/** A started event and its ending. Events in between are emitted through {@link Span.scope}. */
export class Span {
  /** The inner scope: its events have the started event as parent. */
  readonly scope: Scope;
  readonly #outer: Scope;
  readonly #open: { id: string; around: string | null };
  #ended = false;
  #release: () => void;

  constructor(outer: Scope, type: string, data: Readonly<Record<string, unknown>>) {
    this.#outer = outer;
    this.#release = outer.begin();
    this.#open = { around: outer.parentId, id: outer.emit(type, data) };
    this.scope = outer.derive({ parent: this.#open });
  }

  /** The started event; after a pause, the one emitted on resumption. */
  get id(): string {
    return this.#open.id;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Emits the ending: a sibling of the started event, linked to it. Ending twice is a programming error. */
  end({ type, data }: Ending): string {
    if (this.#ended) throw new AppError(`${type}: its scope has ended before`, { code: ErrorCode.internal });
    this.#ended = true;
    const id = this.#outer.emit(type, data, { startedId: this.id, parentId: this.#open.around });
    this.#release();
    return id;
  }

  /** Restarts a span that a pause has ended: a new started event, which becomes the parent of what follows. */
  reopen(type: string, data: Readonly<Record<string, unknown>>): void {
    this.#ended = false;
    this.#release = this.#outer.begin();
    this.#open.around = this.#outer.parentId;
    this.#open.id = this.#outer.emit(type, data);
  }
}

/** A started event whose ending is still to come. */
export interface Closable {
  readonly ended: boolean;
  readonly scope: Scope;
  end(ending: Ending): string;
}

/**
 * Runs `body` between a started event and its ending. `body` ends the span itself; if it throws, `failed` provides the
 * ending, unless the run is interrupted: then it continues elsewhere and ends there.
 */
export async function within<T>(
  span: Closable,
  body: () => Promise<T>,
  failed: (error: unknown) => Ending,
): Promise<T> {
  try {
    return await body();
  } catch (error) {
    if (!span.ended && !span.scope.run.passesThrough(error)) span.end(failed(error));
    throw error;
  }
}
