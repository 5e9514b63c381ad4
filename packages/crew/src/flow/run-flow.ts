import { fittingResult } from "../automation-schema.ts";
import { errorFields } from "../run/error-fields.ts";
import { AppError, ErrorCode } from "@crewstream/contracts";
import type { Json } from "../run/dump.ts";
import type { Scope } from "../run/scope.ts";
import { Span, within } from "../run/span.ts";
import type { FlowDefinition, FlowMethod } from "./flow.ts";
import { initialState } from "./initial-state.ts";
import { Listeners } from "./listeners.ts";
import { MethodCall, type Ended } from "./method-call.ts";
import { flowMemory } from "./flow-memory.ts";
import { flowStates } from "./flow-states.ts";
import { Pauses } from "./pauses.ts";
import { racingGroups } from "./races.ts";
import { applyChanges } from "./state-changes.ts";
import { Strands } from "./strands.ts";
import { FlowWalk, type Occasion } from "./walk.ts";

type Inputs = Readonly<Record<string, unknown>>;

/**
 * Runs a flow at `scope.path` and returns the result of the method that ended last. Rejects with the error that made it
 * fail.
 */
export async function runFlow(scope: Scope, flow: FlowDefinition, name: string, inputs: Inputs): Promise<Json> {
  scope.emit("flow_created", { flow_name: name });
  const span = new Span(scope, "flow_started", { flow_name: name, inputs });
  return within(
    span,
    async () => {
      const state = await initialState(scope, flow, name, inputs);
      const { id } = state;
      const pauses = new Pauses(span, scope, { name, id });
      const running = new FlowRun(span.scope, flow, { name, id }, inputs, state, pauses);
      const result = fittingResult(flow.output, await running.finish());
      span.end({ type: "flow_finished", data: { flow_name: name, result, state: running.state } });
      return result;
    },
    (error) => ({
      type: "flow_failed",
      data: { flow_name: name, ...errorFields(scope, error) },
    }),
  );
}

const defaultMaxMethodCalls = 100;

/**
 * One run of a flow's graph. Ends of methods are processed one at a time, in the order in which an earlier execution
 * journaled them, then in the order in which they occur: so a replay merges the same states and fires the same
 * listeners.
 */
class FlowRun {
  readonly state: Record<string, Json>;
  readonly #scope: Scope;
  readonly #flow: FlowDefinition;
  readonly #name: string;
  readonly #id: string;
  readonly #inputs: Inputs;
  readonly #listeners: Listeners;
  readonly #walk: FlowWalk;
  readonly #strands = new Strands<MethodCall, Ended>();
  readonly #outputs: Record<string, Json> = {};
  readonly #reviews: Record<string, Json> = {};
  /** How often each method was called, and how often in each role. */
  readonly #calls = new Map<string, number>();
  /** Methods that have ended since their last call. */
  readonly #completed = new Set<string>();
  readonly #running = new Set<MethodCall>();
  readonly #stop = new AbortController();
  readonly #pauses: Pauses;
  readonly #rivals = new WeakMap<MethodCall, readonly MethodCall[]>();
  #waited = Promise.withResolvers<undefined>();
  #ended = 0;
  #result: Json = null;
  #failure: unknown;

  constructor(
    scope: Scope,
    flow: FlowDefinition,
    { name, id }: { name: string; id: string },
    inputs: Inputs,
    state: Record<string, Json>,
    pauses: Pauses,
  ) {
    this.#pauses = pauses;
    this.#scope = scope.derive({ signal: AbortSignal.any([scope.signal, this.#stop.signal]) });
    this.#flow = flow;
    this.#name = name;
    this.#id = id;
    this.#inputs = inputs;
    this.state = state;
    this.#listeners = new Listeners(flow.methods);
    const call = (method: FlowMethod, occasion: Occasion): MethodCall => this.#call(method, occasion);
    this.#walk = new FlowWalk(flow.methods, this.#listeners, racingGroups(flow.methods), call);
  }

  /** Starts the flow, and resolves when nothing runs any more. */
  async finish(): Promise<Json> {
    const unconditional = this.#flow.methods.filter((method) => method.start === true);
    const starts = unconditional.length > 0 ? unconditional : this.#flow.methods.filter((method) => method.start);
    for (const method of starts) this.#strands.start(this.#walk.start(method));
    for (let call = await this.#next(); call !== undefined; call = await this.#next()) {
      this.#running.delete(call);
      await this.#take(call);
    }
    if (this.#failure !== undefined) throw this.#failure;
    return this.#result;
  }

  /** The call whose end is to be processed next. */
  async #next(): Promise<MethodCall | undefined> {
    for (;;) {
      const calls = [...this.#running];
      const pauseIsDue = this.#pauses.isDue(this.#ended);
      const journaled = calls.filter((call) => call.order !== undefined);
      journaled.sort((a, b) => (a.order ?? 0) - (b.order ?? 0));
      if (!pauseIsDue && (journaled[0] !== undefined || calls.length === 0)) return journaled[0];
      const busy = calls.filter((call) => call.order === undefined && call.waitingFor.length === 0);
      const working = pauseIsDue ? busy.filter((call) => !call.hasSettled) : busy;
      if (working.length === 0) await this.#pauses.hold(calls, this.#ended, this.state);
      else {
        const settled = working.map((call) => call.settled.then(() => call));
        const ended = await Promise.race([...settled, this.#waited.promise]);
        if (ended !== undefined && !pauseIsDue) return ended;
      }
    }
  }

  async #take(call: MethodCall): Promise<void> {
    const ended = await this.#endOf(call);
    if (this.#failure !== undefined) return;
    try {
      if (ended === undefined) this.#strands.drop(call);
      else {
        for (const rival of this.#rivals.get(call) ?? []) if (rival !== call) rival.callOff(call.method.name);
        this.#strands.resume(call, ended);
      }
    } catch (error) {
      this.#fail(call, error);
    }
  }

  /** Applies a call's outcome to the flow; undefined if it has failed, or lost its race. */
  async #endOf(call: MethodCall): Promise<Ended | undefined> {
    const order = this.#ended;
    this.#ended += 1;
    try {
      const ended = await call.end(order, this.state, (changes) => applyChanges(this.state, changes));
      const { name } = call.method;
      if (call.order === undefined) await this.#persist(call.method);
      if (call.calledOff) return undefined;
      this.#completed.add(name);
      this.#result = ended.output ?? ended.result;
      this.#outputs[name] = this.#result;
      if (ended.handOn !== undefined) this.#reviews[name] = ended.handOn;
      return ended;
    } catch (error) {
      if (!call.calledOff || this.#scope.run.passesThrough(error)) this.#fail(call, error);
      return undefined;
    }
  }

  /** The first failure fails the flow, and cancels everything else in it. */
  #fail({ method }: MethodCall, error: unknown): void {
    if (this.#scope.run.passesThrough(error)) throw error;
    if (this.#failure !== undefined) return;
    this.#failure = error;
    const reason = `the method ${method.name} failed`;
    this.#stop.abort(new AppError(`Cancelled: ${reason}`, { code: ErrorCode.cancelled }));
  }

  async #persist(method: FlowMethod): Promise<void> {
    if (this.#flow.persist !== true && method.persist !== true) return;
    await flowStates(this.#scope.run, this.#name).save(this.#name, this.#id, structuredClone(this.state));
  }

  #call(method: FlowMethod, { as, input, cause, race }: Occasion): MethodCall {
    const count = this.#count(method.name);
    const limit = this.#flow.maxMethodCalls ?? defaultMaxMethodCalls;
    if (this.#count(`${as}:${method.name}`) >= limit) {
      throw new AppError(
        `The method ${method.name} was called ${limit} times: the flow loops forever. ` +
          "Raise maxMethodCalls if that is intended",
        { code: ErrorCode.runFailed },
      );
    }
    if (this.#completed.delete(method.name)) this.#listeners.rearmAll();
    const call = new MethodCall({
      scope: this.#scope.at(count === 0 ? `method:${method.name}` : `method:${method.name}#${count}`),
      flowName: this.#name,
      method,
      inputs: this.#inputs,
      outputs: { ...this.#outputs },
      reviews: { ...this.#reviews },
      input,
      cause,
      state: this.state,
      memory: flowMemory(this.#flow, this.#name),
      onWaiting: () => {
        this.#waited.resolve(undefined);
        this.#waited = Promise.withResolvers();
      },
    });
    this.#running.add(call);
    race?.push(call);
    if (race !== undefined) this.#rivals.set(call, race);
    return call;
  }

  /** Increments a counter; returns its previous value. */
  #count(key: string): number {
    const count = this.#calls.get(key) ?? 0;
    this.#calls.set(key, count + 1);
    return count;
  }
}
