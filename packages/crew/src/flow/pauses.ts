import type { PendingInput } from "@crewstream/contracts";
import type { Json } from "../run/dump.ts";
import type { Span } from "../run/span.ts";
import type { Scope } from "../run/scope.ts";
import type { MethodCall } from "./method-call.ts";

/** Journaled when a pause is over: after how many ends it was, what was pending, and whose answers ended it. */
interface PauseRow {
  order: number;
  requests: PendingInput[];
  answered: string[];
}

/**
 * The pauses of a flow: times when nothing could continue without a person. Each closes the waiting methods and the
 * flow (`method_execution_paused`, `flow_paused`) and restarts both once there is an answer, as in CrewAI. A replay
 * goes through the same pauses at the same points.
 */
export class Pauses {
  readonly #span: Span;
  readonly #outer: Scope;
  readonly #flow: { name: string; id: string };
  #count = 0;

  constructor(span: Span, outer: Scope, flow: { name: string; id: string }) {
    this.#span = span;
    this.#outer = outer;
    this.#flow = flow;
  }

  /** Whether the next pause was over in an earlier execution, and comes after this many ends. */
  isDue(order: number): boolean {
    return this.#stored()?.order === order;
  }

  /** Pauses and continues. Rejects with Suspended if no waiting call has its answer. */
  async hold(calls: readonly MethodCall[], order: number, state: Readonly<Record<string, Json>>): Promise<void> {
    const { name, id } = this.#flow;
    const stored = this.#stored();
    const requests = stored?.requests ?? calls.flatMap((call) => call.waitingFor);
    // By request, not by who waits: what had waited inside a step that is now journaled does not wait again.
    const waiting = calls.flatMap((call) => {
      const request = requests.find((each) => call.asked(each));
      return request === undefined ? [] : [{ call, request }];
    });
    for (const { call, request } of waiting) call.pause(request, id, state);
    const first = { method_name: waiting[0]?.call.method.name ?? "", message: requests[0]?.message ?? "" };
    const data = { flow_name: name, flow_id: id, ...first, emit: requests[0]?.emit ?? null, state };
    this.#span.end({ type: "flow_paused", data });

    // Also if this pause was over before: what encloses this flow must go through its own pause again.
    await this.#outer.room.wait(requests);
    const { run } = this.#outer;
    const answered =
      stored?.answered ??
      requests.map((request) => request.path).filter((path) => run.context.journal.read(path) !== undefined);
    this.#span.reopen("flow_started", { flow_name: name, inputs: null });
    for (const { call } of waiting) {
      if (requests.some((each) => call.asked(each) && answered.includes(each.path))) {
        call.resume(new Set(answered), state);
      }
    }
    if (stored === undefined) {
      const row: PauseRow = { order, requests, answered };
      await run.record(this.#path(), { kind: "value", value: row });
    }
    this.#count += 1;
  }

  #stored(): PauseRow | undefined {
    return this.#outer.run.context.journal.read(this.#path())?.value as PauseRow | undefined;
  }

  #path(): string {
    return this.#outer.at(`pause:${this.#count}`).path;
  }
}
