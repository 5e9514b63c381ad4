import { noUsage, type Usage } from "@crewstream/contracts";

/**
 * Sums up the usage of model calls, here and in all enclosing meters: a task's meter feeds its crew's, which feeds the
 * run's.
 */
export class UsageMeter {
  readonly #total = noUsage();
  readonly #around: UsageMeter | undefined;

  constructor(around?: UsageMeter) {
    this.#around = around;
  }

  add(usage: Usage): void {
    for (const key of Object.keys(this.#total) as (keyof Usage)[]) this.#total[key] += usage[key];
    this.#around?.add(usage);
  }

  /** A copy of the current sum. */
  total(): Usage {
    return { ...this.#total };
  }
}
