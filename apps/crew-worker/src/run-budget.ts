import { AppError, ErrorCode } from "@crewstream/contracts";
import type { RuntimeEvent } from "@crewstream/crew";
import type { RunLimits } from "./threads/protocol.ts";

/** Counts a run's usage, and calls `exceeded` once when it exceeds a limit. Time counts while a worker has the run. */
export class RunBudget implements Disposable {
  readonly #limits: RunLimits;
  readonly #exceeded: (reason: AppError) => void;
  readonly #timer: NodeJS.Timeout | undefined;
  #events = 0;
  #tokens = 0;
  #over = false;

  constructor(limits: RunLimits, exceeded: (reason: AppError) => void) {
    this.#limits = limits;
    this.#exceeded = exceeded;
    // Durations longer than setTimeout supports (24.8 days) are irrelevant for one turn of work.
    const ms = Math.min(limits.seconds * 1000, 2 ** 31 - 1);
    if (ms > 0) this.#timer = setTimeout(() => this.#stop(`${limits.seconds} seconds (RUN_MAX_SECONDS)`), ms);
  }

  /** Every event of the run is counted here once, including those that an earlier worker published. */
  spend(event: RuntimeEvent): void {
    const { events, tokens } = this.#limits;
    this.#events += 1;
    if (events > 0 && this.#events > events) this.#stop(`${events} events (RUN_MAX_EVENTS)`);
    if (event.type !== "llm_call_completed" || tokens === 0) return;
    const usage = event.data["usage"] as { total_tokens?: number } | null | undefined;
    this.#tokens += usage?.total_tokens ?? 0;
    if (this.#tokens > tokens) this.#stop(`${tokens} tokens (RUN_MAX_TOKENS)`);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }

  #stop(limit: string): void {
    if (this.#over) return;
    this.#over = true;
    this.#exceeded(new AppError(`The run exceeded its limit of ${limit}.`, { code: ErrorCode.limitExceeded }));
  }
}
