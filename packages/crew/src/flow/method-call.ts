import { AppError, ErrorCode } from "@crewstream/contracts";
import { abortable } from "../run/abortable.ts";
import { customEmitter } from "../run/custom-event.ts";
import { toJson, type Json } from "../run/dump.ts";
import type { Scope } from "../run/scope.ts";
import { Span } from "../run/span.ts";
import { orderOf, step } from "../run/step.ts";
import { UsageMeter } from "../run/usage-meter.ts";
import type { FlowMethod } from "./flow.ts";
import { changesBetween, type StateChange } from "./state-changes.ts";

/** A method's end: its result, the id of its `method_execution_finished`, and the strand that goes on from there. */
export interface Ended {
  result: Json;
  eventId: string;
  strand: Scope;
}

interface CallFields {
  scope: Scope;
  flowName: string;
  method: FlowMethod;
  inputs: Readonly<Record<string, unknown>>;
  input: Json;
  cause: Ended | undefined;
  state: Readonly<Record<string, Json>>;
}

/** What is journaled of a method: never its body's inside, so nothing in it runs again. */
interface MethodRow {
  result: Json;
  changes: StateChange[];
}

/** One call of a flow's method, begun when it is made: `method_execution_started` is emitted, the body runs. */
export class MethodCall {
  readonly method: FlowMethod;
  /** Its place among the ends, when it had ended before in this execution. */
  readonly order: number | undefined;
  /** Resolves when the body has ended in whatever way. */
  readonly settled: Promise<void>;
  readonly #fields: CallFields;
  readonly #strand: Scope;
  readonly #span: Span;
  readonly #usage = new UsageMeter();
  readonly #body: Promise<MethodRow>;

  constructor(fields: CallFields) {
    this.#fields = fields;
    this.method = fields.method;
    const { scope, cause } = fields;
    this.#strand = (cause === undefined ? scope.fork() : cause.strand.fork()).derive({
      path: scope.path,
      parentId: scope.parentId,
      signal: scope.signal,
      triggeredBy: cause?.eventId ?? null,
    });
    this.#span = new Span(this.#strand, "method_execution_started", {
      flow_name: fields.flowName,
      method_name: this.method.name,
      params: this.#takesInput() ? { _0: fields.input } : {},
      state: fields.state,
    });
    const row = scope.run.context.journal.read(scope.path);
    this.order = row === undefined ? undefined : (orderOf(row) ?? 0);
    this.#body = row === undefined ? this.#runBody() : neverUsed;
    this.settled = this.#body.then(
      () => undefined,
      () => undefined,
    );
  }

  /**
   * Journals the end, as the `order`-th of its flow from 0, and emits it. `merge` puts the method's changes into the flow's state before the event shows it.
   * Rejects with the method's failure.
   */
  async end(
    order: number,
    state: Readonly<Record<string, Json>>,
    merge: (changes: StateChange[]) => void,
  ): Promise<Ended> {
    const { flowName, method, input } = this.#fields;
    const shared = { flow_name: flowName, method_name: method.name };
    let eventId = "";
    const { result } = await step<MethodRow>(this.#strand, {
      kind: "method",
      order,
      input: { method: method.name, input },
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
          const data = { ...shared, result: outcome.value.result, state };
          eventId = this.#span.end({ type: "method_execution_finished", data });
        } else {
          this.#span.end({ type: "method_execution_failed", data: { ...shared, error: outcome.failure.message } });
        }
      },
    });
    return { result, eventId, strand: this.#strand };
  }

  async #runBody(): Promise<MethodRow> {
    const { method, inputs, input, state } = this.#fields;
    const before = structuredClone(state) as Record<string, Json>;
    const draft = structuredClone(before);
    const { scope, shut } = this.#span.scope.derive({ usage: this.#usage }).fork().gated();
    const context = {
      state: draft,
      inputs,
      signal: scope.signal,
      emit: customEmitter(scope),
      executionId: scope.run.context.executionId,
    };
    try {
      scope.throwIfAborted();
      const result = await abortable(
        scope.signal,
        scope.enter(async () => method.run(context, this.#takesInput() ? input : undefined)),
      );
      return { result: toJson(result), changes: changesBetween(before, toJson(draft)) };
    } finally {
      shut();
    }
  }

  #takesInput(): boolean {
    return this.#fields.cause !== undefined && this.method.run.length > 1;
  }
}

const neverUsed: Promise<never> = Promise.reject(
  new AppError("a journaled method is not run again", { code: ErrorCode.internal }),
);
neverUsed.catch(() => undefined);
