import type { Condition } from "./condition.ts";
import type { FlowMethod, MethodBody, MethodOptions } from "./flow.ts";

/** `Known` has the results by method name, so that a listener knows the type of what it gets. */
type InputOf<Known extends object, When> = When extends keyof Known ? Known[When] : unknown;

/** A method's code, with its options before it where it has any. */
type Code<State, Input, Result, Options> =
  | [run: MethodBody<State, Input, Result>]
  | [options: Options, run: MethodBody<State, Input, Result>];

/**
 * Collects a flow's methods. The name a listener waits for is a method's or a router's label; methods may be named
 * before they are defined, which is how a flow goes round.
 */
export class FlowBuilder<State, Known extends object = object> {
  readonly methods: readonly FlowMethod[];

  constructor(methods: readonly FlowMethod[] = []) {
    this.methods = methods;
  }

  /** A method that runs when the flow starts; several run beside each other. */
  start<Name extends string, Result>(
    name: Name,
    ...code: Code<State, undefined, Result, MethodOptions>
  ): FlowBuilder<State, Known & Record<Name, Awaited<Result>>> {
    return this.#with({ name, start: true, ...parts(code) });
  }

  /** A method that runs when its condition holds, with the result of the method that made it hold. */
  listen<Name extends string, const When extends Condition | (keyof Known & string), Result>(
    name: Name,
    when: When,
    ...code: Code<State, InputOf<Known, When>, Result, MethodOptions>
  ): FlowBuilder<State, Known & Record<Name, Awaited<Result>>> {
    return this.#with({ name, listen: when, ...parts(code) });
  }

  /**
   * A listener whose result is a label: it decides which listeners come next, and they get what the router got. Null
   * fires none; who waits for the router's own name is fired in any case. Where `emits` lists its labels, a listener that
   * waits for another one is found when the flow is defined.
   */
  router<Name extends string, const When extends Condition | (keyof Known & string), const Label extends string | null>(
    name: Name,
    when: When,
    ...code: Code<State, InputOf<Known, When>, Label, { emits: readonly string[] }>
  ): FlowBuilder<State, Known & Record<Name, Label>> {
    return this.#with({ name, listen: when, ...parts(code), router: true });
  }

  #with<Next extends object>(method: FlowMethod): FlowBuilder<State, Next> {
    return new FlowBuilder<State, Next>([...this.methods, method]);
  }
}

function parts([options, run]: readonly [unknown, unknown?]): Pick<
  FlowMethod,
  "run" | "router" | "emits" | "humanFeedback"
> {
  if (typeof options === "function") return { run: options as FlowMethod["run"] };
  const given = options as MethodOptions & { emits?: readonly string[] };
  const emits = given.emits ?? given.humanFeedback?.emit;
  return { ...given, ...(emits === undefined ? {} : { emits, router: true }), run: run as FlowMethod["run"] };
}
