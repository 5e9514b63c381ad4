import type { Json } from "../run/dump.ts";
import type { FlowMethod } from "./flow.ts";
import type { Listeners } from "./listeners.ts";
import type { Ended, MethodCall } from "./method-call.ts";
import type { Strand } from "./strands.ts";

/** A strand of a flow: it waits for calls of methods. */
export type Walk<Result> = Strand<MethodCall, Ended, Result>;

/** How a method comes to be called. */
export interface Occasion {
  as: "start" | "listener";
  /** Its input; absent if it begins the flow. */
  input: Json | undefined;
  cause: Ended | undefined;
  /** The calls that it races with, including itself once it is made. */
  race: MethodCall[] | undefined;
}

/** A router's label, and the input of its listeners. */
interface Given {
  label: string;
  input: Json;
  cause: Ended;
}

/**
 * The order in which a flow calls its methods: CrewAI's (`Flow._execute_listeners` of 1.15.30), where a method counts
 * as ended only when everything it has triggered has ended: first the routers that its end fires, one after the other
 * and each with everything that its own name triggers, then those that their labels fire in turn; then the listeners of
 * its name in parallel, and after them those of each label, with the starts that wait for the label.
 */
export class FlowWalk {
  readonly #methods: readonly FlowMethod[];
  readonly #listeners: Listeners;
  readonly #races: readonly ReadonlySet<string>[];
  readonly #call: (method: FlowMethod, occasion: Occasion) => MethodCall;

  constructor(
    methods: readonly FlowMethod[],
    listeners: Listeners,
    races: readonly ReadonlySet<string>[],
    call: (method: FlowMethod, occasion: Occasion) => MethodCall,
  ) {
    this.#methods = methods;
    this.#listeners = listeners;
    this.#races = races;
    this.#call = call;
  }

  /** Calls a method that begins the flow, or that a label starts. */
  *start(method: FlowMethod, label?: Given): Walk<void> {
    const occasion = { as: "start", input: label?.input, cause: label?.cause, race: undefined } as const;
    const ended = yield* this.#end(method, occasion);
    yield* this.#fire(method.name, ended.result, ended);
    const given = method.router === true ? labelIn(ended.result) : "";
    if (given !== "") yield* this.#fire(given, ended.handOn ?? ended.result, ended);
  }

  *#listener(method: FlowMethod, input: Json, cause: Ended, race?: MethodCall[]): Walk<Ended> {
    const ended = yield* this.#end(method, { as: "listener", input, cause, race });
    yield* this.#fire(method.name, ended.result, ended);
    return ended;
  }

  *#end(method: FlowMethod, occasion: Occasion): Walk<Ended> {
    const ended = yield this.#call(method, occasion);
    if (ended === undefined) throw new TypeError("a call goes on with its end");
    return ended;
  }

  *#fire(trigger: string, input: Json, cause: Ended): Walk<void> {
    const called = new Map<string, Set<FlowMethod>>();
    const given = yield* this.#routers(trigger, input, cause, called);
    const rearmable = this.#listeners.spent();
    for (const [index, each] of [{ label: trigger, input, cause }, ...given].entries()) {
      if (index > 0) this.#listeners.rearm(each.label, rearmable);
      const listeners = this.#listeners.listeners(each.label);
      note(called, each.label, listeners);
      yield this.#together(listeners, given.findLast(({ label }) => label === each.label) ?? each);
      if (given.some(({ label }) => label === each.label)) yield* this.#starts(each, called);
    }
  }

  /** Only the last one's label is looked up among routers; the listeners of all labels run later. */
  *#routers(trigger: string, input: Json, cause: Ended, called: Map<string, Set<FlowMethod>>): Walk<Given[]> {
    const given: Given[] = [];
    let last: Given = { label: trigger, input, cause };
    for (;;) {
      const routers = this.#listeners.routers(last.label);
      if (routers.length === 0) return given;
      note(called, last.label, routers);
      const fired = last;
      for (const router of routers) {
        const ended = yield* this.#listener(router, fired.input, fired.cause);
        const label = labelIn(ended.result);
        last = { label, input: ended.handOn ?? input, cause: ended };
        if (label !== "") given.push(last);
      }
      if (last.label === "") return given;
    }
  }

  /** In parallel; those of one racing group race. */
  #together(methods: readonly FlowMethod[], { input, cause }: Given): Walk<Ended>[] {
    const inGroup = (group: ReadonlySet<string>): number => methods.filter(({ name }) => group.has(name)).length;
    const group = this.#races.find((each) => inGroup(each) > 1);
    const race: MethodCall[] = [];
    return methods.map((method) =>
      this.#listener(method, input, cause, group?.has(method.name) === true ? race : undefined),
    );
  }

  *#starts(given: Given, called: ReadonlyMap<string, ReadonlySet<FlowMethod>>): Walk<void> {
    for (const method of this.#methods) {
      const isDue = this.#listeners.starts(method, given.label);
      if (isDue && called.get(given.label)?.has(method) !== true) yield* this.start(method, given);
    }
  }
}

function note(called: Map<string, Set<FlowMethod>>, trigger: string, methods: readonly FlowMethod[]): void {
  called.set(trigger, new Set([...(called.get(trigger) ?? []), ...methods]));
}

/**
 * A router's label, in Python's terms: a text, the text of an agent's or a crew's output, a number, `True` or `False`.
 * Empty if it returned none.
 */
function labelIn(result: Json): string {
  const value = typeof result === "object" && result !== null && "raw" in result ? result.raw : result;
  if (typeof value === "string") return value.trim();
  if (typeof value === "boolean") return value ? "True" : "False";
  return typeof value === "number" ? String(value) : "";
}
