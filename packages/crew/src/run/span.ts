import { AppError, ErrorCode } from "@crewstream/contracts";
import type { Scope } from "./scope.ts";

export interface Ending {
  type: string;
  data: Readonly<Record<string, unknown>>;
}

/** A started event and its one ending. What happens in between is emitted through {@link Span.scope}. */
export class Span {
  readonly id: string;
  /** The scope inside: its events have the started event as parent. */
  readonly scope: Scope;
  readonly #outer: Scope;
  #ended = false;

  constructor(outer: Scope, type: string, data: Readonly<Record<string, unknown>>) {
    this.#outer = outer;
    this.id = outer.emit(type, data);
    this.scope = outer.derive({ parentId: this.id });
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Emits the ending: a sibling of the started event, linked to it. A second ending is a fault of the caller. */
  end({ type, data }: Ending): string {
    if (this.#ended) throw new AppError(`${type}: its scope has ended before`, { code: ErrorCode.internal });
    this.#ended = true;
    return this.#outer.emit(type, data, { startedId: this.id });
  }
}

/** A started event that its ending is still to come for. */
export interface Closable {
  readonly ended: boolean;
  readonly scope: Scope;
  end(ending: Ending): string;
}

/**
 * Runs `body` between a started event and its ending. `body` ends the span itself; when it throws, `failed` names
 * the ending, except when the run is interrupted: then it goes on elsewhere and ends there.
 */
export async function within<T>(
  span: Closable,
  body: () => Promise<T>,
  failed: (error: unknown) => Ending,
): Promise<T> {
  try {
    return await body();
  } catch (error) {
    if (!span.ended && !span.scope.run.isInterruption(error)) span.end(failed(error));
    throw error;
  }
}
