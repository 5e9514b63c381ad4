import { isChoice, namesIn, satisfied, type Condition } from "./condition.ts";
import type { FlowMethod } from "./flow.ts";

/**
 * Tracks what each condition of a flow has seen and returns what a trigger fires, by CrewAI's rules: a condition
 * collects triggers until it is met, then starts over. An OR of several alternatives fires a listener once, and ignores
 * further triggers, until it is rearmed; a router has no such limit.
 */
export class Listeners {
  readonly #methods: readonly FlowMethod[];
  readonly #seen = new Map<string, Set<string>>();
  readonly #spent = new Set<string>();

  constructor(methods: readonly FlowMethod[]) {
    this.#methods = methods;
  }

  /** The routers that a trigger fires, in the order of the flow. */
  routers(trigger: string): FlowMethod[] {
    return this.#methods.filter(
      ({ name, listen, router }) => router === true && listen !== undefined && this.#met(name, listen, trigger),
    );
  }

  /** The listeners that are not routers. */
  listeners(trigger: string): FlowMethod[] {
    return this.#methods.filter(({ name, listen, router }) => {
      if (router === true || listen === undefined || this.#spent.has(name)) return false;
      if (!this.#met(name, listen, trigger)) return false;
      if (isChoice(listen)) this.#spent.add(name);
      return true;
    });
  }

  /** Whether a label fires this start. Only labels do: a start does not listen for methods. */
  starts({ name, start }: FlowMethod, label: string): boolean {
    return start !== undefined && start !== true && this.#met(`start:${name}`, start, label);
  }

  /** The listeners whose OR has fired. */
  spent(): Set<string> {
    return new Set(this.#spent);
  }

  /** Rearms those of `rearmable` that wait for this label, once: they are then no longer rearmable. */
  rearm(label: string, rearmable: Set<string>): void {
    for (const { name, listen } of this.#methods) {
      if (!rearmable.has(name) || listen === undefined || !namesIn(listen).includes(label)) continue;
      // What has been rearmed meanwhile, and may have fired again, keeps its turn.
      if (this.#spent.delete(name)) rearmable.delete(name);
    }
  }

  /** Rearms all: a method runs once more, so the flow loops. */
  rearmAll(): void {
    this.#spent.clear();
  }

  #met(key: string, condition: Condition, trigger: string): boolean {
    const seen = this.#seen.get(key) ?? new Set();
    this.#seen.set(key, seen.add(trigger));
    if (!satisfied(condition, seen)) return false;
    this.#seen.delete(key);
    return true;
  }
}
