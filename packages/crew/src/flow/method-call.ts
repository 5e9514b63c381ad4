import { AppError, ErrorCode, type PendingInput } from "@crewstream/contracts";
import type { Memory } from "../memory/memory.ts";
import type { Json } from "../run/dump.ts";
import { enclosed } from "../run/enclosed.ts";
import type { Scope } from "../run/scope.ts";
import { Span } from "../run/span.ts";
import { errorFields } from "../run/error-fields.ts";
import { orderOf, step, stepScope } from "../run/step.ts";
import { UsageMeter } from "../run/usage-meter.ts";
import type { FlowMethod } from "./flow.ts";
import { runBody, type MethodRow } from "./method-body.ts";
import type { StateChange } from "./state-changes.ts";

/** A method's end: its outcome, the id of its `method_execution_finished`, and the strand that continues from there. */
export interface Ended extends MethodRow {
  eventId: string;
  strand: Scope;
}

export interface CallFields {
  scope: Scope;
  flowName: string;
  method: FlowMethod;
  inputs: Readonly<Record<string, unknown>>;
  outputs: Readonly<Record<string, Json>>;
  reviews: Readonly<Record<string, Json>>;
  /** Its input; absent if nothing has triggered it. */
  input: Json | undefined;
  cause: Ended | undefined;
  state: Readonly<Record<string, Json>>;
  /** The flow's memory. */
  memory: Memory | undefined;
  /** Called when the call begins to wait for a person. */
  onWaiting: () => void;
}

interface Wait {
  requests: readonly PendingInput[];
  goOn: () => void;
}

/** One call of a flow's method, started when it is created: `method_execution_started` is emitted, the body runs. */
export class MethodCall {
  readonly method: FlowMethod;
  /** Its position in the order of ends, if it had ended in an earlier execution. */
  readonly order: number | undefined;
  /** Resolves when the body has ended, whatever the outcome. */
  readonly settled: Promise<void>;
  readonly #fields: CallFields;
  readonly #strand: Scope;
  readonly #span: Span;
  readonly #usage = new UsageMeter();
  readonly #body: Promise<MethodRow>;
  readonly #off = new AbortController();
  #waits: Wait[] = [];
  #hasSettled = false;

  constructor(fields: CallFields) {
    this.#fields = fields;
    this.method = fields.method;
    const { cause } = fields;
    const scope = stepScope(fields.scope, this.#input()).derive({
      signal: AbortSignal.any([fields.scope.signal, this.#off.signal]),
    });
    this.#strand = (cause === undefined ? scope.fork() : cause.strand.fork()).derive({
      path: scope.path,
      parent: scope.parent,
      signal: scope.signal,
      triggeredBy: cause?.eventId ?? null,
    });
    const params = this.#takesInput() ? { _0: fields.input } : {};
    this.#span = new Span(this.#strand, "method_execution_started", { ...this.#named(), params, state: fields.state });
    const row = scope.run.context.journal.read(scope.path);
    this.order = row === undefined ? undefined : (orderOf(row) ?? 0);
    this.#body = row === undefined ? this.#begin() : neverUsed;
    const settled = (): void => void (this.#hasSettled = true);
    this.settled = this.#body.then(settled, settled);
  }

  /** Whether the body has ended. */
  get hasSettled(): boolean {
    return this.#hasSettled;
  }

  /** The human input that the body waits for; empty while it works. */
  get waitingFor(): readonly PendingInput[] {
    return this.#strand.signal.aborted ? [] : this.#waits.flatMap((wait) => wait.requests);
  }

  /** Whether another call has won the race: this one's outcome does not count. */
  get calledOff(): boolean {
    return this.#off.signal.aborted;
  }

  callOff(winner: string): void {
    this.#off.abort(new AppError(`Cancelled: ${winner} was first`, { code: ErrorCode.cancelled }));
  }

  /** Whether this was asked inside the call. */
  asked({ path }: PendingInput): boolean {
    return path.startsWith(`${this.#strand.path}/`);
  }

  /** Closes the call's scope for the duration of a pause, unless an earlier pause has. */
  pause({ message, emit }: PendingInput, flowId: string, state: Readonly<Record<string, Json>>): void {
    if (this.#span.ended) return;
    const data = { ...this.#named(), flow_id: flowId, message, emit, state };
    this.#span.end({ type: "method_execution_paused", data });
  }

  /** Restarts the body with these answers, of which at least one belongs to the call. */
  resume(answered: ReadonlySet<string>, state: Readonly<Record<string, Json>>): void {
    if (this.#span.ended) {
      this.#span.reopen("method_execution_started", { ...this.#named(), params: null, state });
    }
    const due = this.#waits.filter(({ requests }) => requests.some(({ path }) => answered.has(path)));
    this.#waits = this.#waits.filter((wait) => !due.includes(wait));
    for (const wait of due) wait.goOn();
  }

  /**
   * Journals the end, as the `order`-th of its flow from 0, and emits it. `merge` merges the method's changes into the
   * flow's state before the event shows it. Rejects with the method's failure.
   */
  async end(
    order: number,
    state: Readonly<Record<string, Json>>,
    merge: (changes: StateChange[]) => void,
  ): Promise<Ended> {
    let eventId = "";
    const row = await step<MethodRow>(this.#strand, {
      kind: "method",
      order,
      input: this.#input(),
      perform: async (inner) => {
        try {
          return await this.#body;
        } finally {
          inner.usage.add(this.#usage.total());
        }
      },
      close: (outcome) => {
        if (outcome.ok) {
          merge(outcome.value.changes);
          const data = { ...this.#named(), result: outcome.value.result, state };
          eventId = this.#span.end({ type: "method_execution_finished", data });
        } else if (!this.#span.ended) {
          const data = {
            ...this.#named(),
            ...errorFields(this.#strand, outcome.failure),
          };
          this.#span.end({ type: "method_execution_failed", data });
        }
      },
    });
    return { ...row, eventId, strand: this.#strand };
  }

  async #begin(): Promise<MethodRow> {
    const { flowName, inputs, outputs, reviews, input, state, memory, onWaiting } = this.#fields;
    const room = {
      wait: (requests: readonly PendingInput[]) =>
        new Promise<void>((goOn) => {
          this.#waits.push({ requests, goOn });
          onWaiting();
        }),
    };
    const scope = this.#span.scope.derive({ usage: this.#usage, room }).fork();
    const taken = this.#takesInput() ? input : undefined;
    const fields = { flowName, method: this.method, inputs, outputs, reviews, input: taken, state, memory };
    return enclosed(scope, (inner) => runBody(inner, fields));
  }

  #input(): unknown {
    return { method: this.method.name, input: this.#fields.input ?? null };
  }

  #named(): { flow_name: string; method_name: string } {
    return { flow_name: this.#fields.flowName, method_name: this.method.name };
  }

  #takesInput(): boolean {
    return this.#fields.cause !== undefined && this.method.run.length > 1;
  }
}

const neverUsed: Promise<never> = Promise.reject(
  new AppError("a journaled method is not run again", { code: ErrorCode.internal }),
);
neverUsed.catch(() => undefined);
