import { isChoice, namesIn, satisfied, type Condition } from "./condition.ts";

/**
 * Keeps what each listener of a flow has seen and says whom a trigger fires, by CrewAI's rules: an AND collects names
 * until it has all of them, then begins anew; an OR of several names fires once, until a router's label or a repeated
 * method arms it again.
 */
export class Listeners {
  readonly #conditions: ReadonlyMap<string, Condition>;
  readonly #seen = new Map<string, Set<string>>();
  readonly #spent = new Set<string>();

  constructor(conditions: ReadonlyMap<string, Condition>) {
    this.#conditions = conditions;
  }

  /** Names of the methods that this method's end, or this router's label, fires, in the order of the flow. */
  fire(trigger: string, kind: "method" | "label"): string[] {
    const fired: string[] = [];
    for (const [name, condition] of this.#conditions) {
      if (!namesIn(condition).includes(trigger)) continue;
      if (isChoice(condition) && kind === "label") this.#spent.delete(name);
      if (this.#spent.has(name)) continue;
      const seen = this.#seen.get(name) ?? new Set();
      this.#seen.set(name, seen.add(trigger));
      if (!satisfied(condition, seen)) continue;
      seen.clear();
      if (isChoice(condition)) this.#spent.add(name);
      fired.push(name);
    }
    return fired;
  }

  /**
   * Arms every OR again, because this method runs a second time: the flow goes round. Its own OR stays spent: it has
   * just been fired, and the other methods it waits for must not fire it again in this round.
   */
  rearm(repeated: string): void {
    const stays = this.#spent.has(repeated);
    this.#spent.clear();
    if (stays) this.#spent.add(repeated);
  }
}
