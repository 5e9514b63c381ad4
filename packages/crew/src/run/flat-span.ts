import type { Scope } from "./scope.ts";
import type { Closable, Ending } from "./span.ts";

/**
 * A started event and its ending that enclose nothing and are not linked, as CrewAI emits those of a plan's steps:
 * events in between are siblings.
 */
export class FlatSpan implements Closable {
  readonly scope: Scope;
  #ended = false;

  constructor(scope: Scope, type: string, data: Readonly<Record<string, unknown>>) {
    this.scope = scope;
    scope.emit(type, data);
  }

  get ended(): boolean {
    return this.#ended;
  }

  end({ type, data }: Ending): string {
    this.#ended = true;
    return this.scope.emit(type, data);
  }
}
