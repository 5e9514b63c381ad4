import type { Condition } from "./condition.ts";
import type { FlowMethod, MethodBody } from "./flow.ts";

/** `Known` has the results by method name, so that a listener knows the type of what it gets. */
type InputOf<Known extends object, When> = When extends keyof Known ? Known[When] : unknown;

type RouterArguments<State, Input, Label extends string | null> =
  | [run: MethodBody<State, Input, Label>, none?: undefined]
  | [options: { emits: readonly NonNullable<Label>[] }, run: MethodBody<State, Input, Label>];

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
    run: MethodBody<State, undefined, Result>,
  ): FlowBuilder<State, Known & Record<Name, Awaited<Result>>> {
    return this.#with({ name, start: true, run: run as FlowMethod["run"] });
  }

  /** A method that runs when its condition holds, with the result of the method that made it hold. */
  listen<Name extends string, const When extends Condition | (keyof Known & string), Result>(
    name: Name,
    when: When,
    run: MethodBody<State, InputOf<Known, When>, Result>,
  ): FlowBuilder<State, Known & Record<Name, Awaited<Result>>> {
    return this.#with({ name, listen: when, run: run as FlowMethod["run"] });
  }

  /**
   * A listener whose result is a label: it decides which listeners come next. Null fires none. Where `emits` lists
   * its labels, a listener that waits for another one is found when the flow is defined.
   */
  router<Name extends string, const When extends Condition | (keyof Known & string), const Label extends string | null>(
    name: Name,
    when: When,
    ...[options, run]: RouterArguments<State, InputOf<Known, When>, Label>
  ): FlowBuilder<State, Known & Record<Name, Label>> {
    const body = typeof options === "function" ? options : run;
    const emits = typeof options === "function" ? {} : { emits: options.emits };
    return this.#with({ name, listen: when, router: true, ...emits, run: body as FlowMethod["run"] });
  }

  #with<Next extends object>(method: FlowMethod): FlowBuilder<State, Next> {
    return new FlowBuilder<State, Next>([...this.methods, method]);
  }
}
