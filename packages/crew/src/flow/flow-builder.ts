import type { Condition } from "./condition.ts";
import type { FlowMethod, MethodBody, MethodOptions } from "./flow.ts";

/** `Known` maps method names to results, so that a listener knows the type of its input. */
type InputOf<Known extends object, When> = When extends keyof Known ? Known[When] : unknown;

/** A method's code, preceded by its options if it has any. */
type Code<State, Input, Result, Options> =
  | [run: MethodBody<State, Input, Result>]
  | [options: Options, run: MethodBody<State, Input, Result>];

/**
 * Collects a flow's methods. A listener waits for the name of a method or a router's label; methods may be named before
 * they are defined, which is how loops are made.
 */
export class FlowBuilder<State, Known extends object = object> {
  readonly methods: readonly FlowMethod[];

  constructor(methods: readonly FlowMethod[] = []) {
    this.methods = methods;
  }

  /** A method that runs when the flow starts; several run in parallel. */
  start<Name extends string, Result>(
    name: Name,
    ...code: Code<State, undefined, Result, MethodOptions>
  ): FlowBuilder<State, Known & Record<Name, Awaited<Result>>> {
    return this.#with({ name, start: true, ...parts(code) });
  }

  /** A method that runs when its condition is met, with the result of the method that met it. */
  listen<Name extends string, const When extends Condition | (keyof Known & string), Result>(
    name: Name,
    when: When,
    ...code: Code<State, InputOf<Known, When>, Result, MethodOptions>
  ): FlowBuilder<State, Known & Record<Name, Awaited<Result>>> {
    return this.#with({ name, listen: when, ...parts(code) });
  }

  /**
   * A listener whose result is a label: it decides which listeners run next, and they get the router's input. Null
   * triggers none; listeners of the router's own name are triggered in any case. If `emits` lists its labels, a
   * listener for any other label is reported when the flow is defined.
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
