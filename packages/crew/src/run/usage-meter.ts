import type { Usage } from "@crewstream/contracts";

/** No token used, no request made. */
export function noUsage(): Usage {
  return {
    total_tokens: 0,
    prompt_tokens: 0,
    cached_prompt_tokens: 0,
    completion_tokens: 0,
    reasoning_tokens: 0,
    cache_creation_tokens: 0,
    successful_requests: 0,
  };
}

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
