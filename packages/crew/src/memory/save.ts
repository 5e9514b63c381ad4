import { errorMessage } from "@crewstream/contracts";
import { nobody, type Scope } from "../run/scope.ts";
import { Span } from "../run/span.ts";
import { step } from "../run/step.ts";

export interface Save {
  /** For `memory_save_started`. */
  value: string;
  /** For its ending, by the number saved. */
  saved: (count: number) => string;
  metadata: Readonly<Record<string, unknown>> | null;
  role: string | null;
}

/** A save of several memories, in CrewAI's terms. */
export function saveOf(count: number, role: string | null): Save {
  return { value: `${count} memories (background)`, saved: (kept) => `${kept} memories saved`, metadata: null, role };
}

/** A save that has started: `memory_save_started` has been emitted. */
export class OpenSave {
  readonly #scope: Scope;
  readonly #span: Span;
  readonly #save: Save;

  constructor(scope: Scope, save: Save) {
    this.#scope = scope.derive({
      identity: { ...nobody, sourceType: "unified_memory", agentRole: save.role },
    });
    this.#save = save;
    this.#span = new Span(this.#scope, "memory_save_started", { value: save.value, metadata: save.metadata });
  }

  /**
   * Runs `work`, and emits the ending together with the journal row at the scope's path. Rejects with the failure,
   * after the ending.
   */
  async finish(work: (scope: Scope) => Promise<number>): Promise<void> {
    const { value, saved, metadata } = this.#save;
    const inside = this.#span.scope;
    await step<{ count: number; ms: number }>(this.#scope, {
      kind: "value",
      perform: async ({ usage }) => {
        const { context } = inside.run;
        const from = context.now().getTime();
        const count = await work(inside.derive({ usage }));
        return { count, ms: context.now().getTime() - from };
      },
      close: (outcome) => {
        if (outcome.ok) {
          const { count, ms } = outcome.value;
          const data = { value: saved(count), metadata: metadata ?? {}, save_time_ms: ms };
          this.#span.end({ type: "memory_save_completed", data });
        } else {
          const data = { value, metadata, error: errorMessage(outcome.failure) };
          this.#span.end({ type: "memory_save_failed", data });
        }
      },
    });
  }
}
