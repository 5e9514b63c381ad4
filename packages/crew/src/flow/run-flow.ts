import { errorFields } from "../run/error-fields.ts";
import { AppError, ErrorCode } from "@crewstream/contracts";
import type { Json } from "../run/dump.ts";
import type { Scope } from "../run/scope.ts";
import { Span, within } from "../run/span.ts";
import type { Condition } from "./condition.ts";
import type { FlowDefinition, FlowMethod } from "./flow.ts";
import { initialState } from "./initial-state.ts";
import { Listeners } from "./listeners.ts";
import { MethodCall, type Ended } from "./method-call.ts";
import { flowMemory } from "./flow-memory.ts";
import { flowStates } from "./flow-states.ts";
import { Pauses } from "./pauses.ts";
import { racingGroups } from "./races.ts";
import { applyChanges } from "./state-changes.ts";

type Inputs = Readonly<Record<string, unknown>>;

/** Runs a flow at `scope.path` and gives the result of the method that ended last. Rejects with what made it fail. */
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
      const result = await running.finish();
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

/** What a method's end sets off: its routers first and in turn, whose labels are triggers too, then all listeners. */
interface Wave {
  input: Json;
  routers: Fired[];
  listeners: Fired[];
}

interface Fired {
  method: FlowMethod;
  input: Json;
  cause: Ended;
}

/**
 * One run of a flow's graph. Ends of methods are taken one at a time, in the order they were journaled before, then
 * in the order they come: so a run that is run again merges the same states and fires the same listeners.
 */
class FlowRun {
  readonly state: Record<string, Json>;
  readonly #scope: Scope;
  readonly #flow: FlowDefinition;
  readonly #name: string;
  readonly #id: string;
  readonly #inputs: Inputs;
  readonly #methods: ReadonlyMap<string, FlowMethod>;
  readonly #listeners: Listeners;
  readonly #outputs: Record<string, Json> = {};
  readonly #reviews: Record<string, Json> = {};
  readonly #calls = new Map<string, number>();
  readonly #running = new Map<MethodCall, Wave | undefined>();
  readonly #stop = new AbortController();
  readonly #pauses: Pauses;
  readonly #races: readonly ReadonlySet<string>[];
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
    this.#methods = new Map(flow.methods.map((method) => [method.name, method]));
    this.#races = racingGroups(flow.methods);
    this.#listeners = new Listeners(
      new Map(flow.methods.flatMap((method) => conditionOf(method).map((when) => [method.name, when]))),
    );
  }

  /** Starts the flow, and resolves when nothing runs any more. */
  async finish(): Promise<Json> {
    const unconditional = this.#flow.methods.filter((method) => method.start === true);
    const starts = unconditional.length > 0 ? unconditional : this.#flow.methods.filter((method) => method.start);
    for (const method of starts) this.#call(method, null, undefined);
    for (let call = await this.#next(); call !== undefined; call = await this.#next()) {
      const wave = this.#running.get(call);
      this.#running.delete(call);
      await this.#take(call, wave);
    }
    if (this.#failure !== undefined) throw this.#failure;
    return this.#result;
  }

  /** The call whose end is to be taken next. */
  async #next(): Promise<MethodCall | undefined> {
    for (;;) {
      const calls = [...this.#running.keys()];
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

  async #take(call: MethodCall, wave: Wave | undefined): Promise<void> {
    const order = this.#ended;
    this.#ended += 1;
    try {
      const ended = await call.end(order, this.state, (changes) => applyChanges(this.state, changes));
      if (call.order === undefined) await this.#persist(call.method);
      if (call.calledOff) return;
      this.#result = ended.output ?? ended.result;
      this.#outputs[call.method.name] = this.#result;
      if (ended.handOn !== undefined) this.#reviews[call.method.name] = ended.handOn;
      for (const rival of this.#rivals.get(call) ?? []) rival.callOff(call.method.name);
      if (this.#failure === undefined) this.#goOn(call.method, ended, wave);
    } catch (error) {
      if (this.#scope.run.passesThrough(error)) throw error;
      if (call.calledOff || this.#failure !== undefined) return;
      this.#failure = error;
      const reason = `the method ${call.method.name} failed`;
      this.#stop.abort(new AppError(`Cancelled: ${reason}`, { code: ErrorCode.cancelled }));
    }
  }

  #goOn(method: FlowMethod, ended: Ended, wave: Wave | undefined): void {
    const current = wave ?? { input: ended.handOn ?? ended.result, routers: [], listeners: [] };
    if (wave === undefined) this.#trigger(current, method.name, "method", ended);
    const label = method.router === true ? labelIn(ended.result) : "";
    if (label !== "") this.#trigger(current, label, "label", ended);
    const router = current.routers.shift();
    if (router !== undefined) this.#call(router.method, router.input, router.cause, current);
    else this.#callAll(current.listeners.splice(0));
  }

  #callAll(fired: readonly Fired[]): void {
    const calls = fired.map(({ method, input, cause }) => this.#call(method, input, cause));
    for (const group of this.#races) {
      const rivals = calls.filter((call) => group.has(call.method.name));
      for (const call of rivals)
        this.#rivals.set(
          call,
          rivals.filter((other) => other !== call),
        );
    }
  }

  async #persist(method: FlowMethod): Promise<void> {
    if (this.#flow.persist !== true && method.persist !== true) return;
    await flowStates(this.#scope.run, this.#name).save(this.#name, this.#id, structuredClone(this.state));
  }

  #trigger(wave: Wave, name: string, kind: "method" | "label", cause: Ended): void {
    const input = kind === "label" ? (cause.handOn ?? wave.input) : wave.input;
    for (const fired of this.#listeners.fire(name, kind)) {
      const method = this.#methods.get(fired);
      if (method === undefined) continue;
      (method.router === true ? wave.routers : wave.listeners).push({ method, input, cause });
    }
  }

  #call(method: FlowMethod, input: Json, cause: Ended | undefined, wave?: Wave): MethodCall {
    const count = this.#calls.get(method.name) ?? 0;
    const limit = this.#flow.maxMethodCalls ?? defaultMaxMethodCalls;
    if (count >= limit) {
      throw new AppError(
        `The method ${method.name} was called ${limit} times: the flow goes round without an end. ` +
          "Raise maxMethodCalls if that is meant",
        { code: ErrorCode.runFailed },
      );
    }
    this.#calls.set(method.name, count + 1);
    if (count > 0) this.#listeners.rearm(method.name);
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
    this.#running.set(call, wave);
    return call;
  }
}

function conditionOf(method: FlowMethod): Condition[] {
  if (method.listen !== undefined) return [method.listen];
  return method.start === undefined || method.start === true ? [] : [method.start];
}

/** The label that a router gave: a text, or the text of an agent's or a crew's output. */
function labelIn(result: Json): string {
  const text = typeof result === "object" && result !== null && "raw" in result ? result.raw : result;
  return typeof text === "string" ? text.trim() : "";
}
