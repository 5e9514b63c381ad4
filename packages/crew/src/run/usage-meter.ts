import { noUsage, type Usage } from "@crewstream/contracts";

/** Adds up what model calls used, here and in everything around: a task's meter feeds its crew's, that the run's. */
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

  /** A copy of the sum so far. */
  total(): Usage {
    return { ...this.#total };
  }
}
