import {
  accumulate,
  addTallies,
  emptyTally,
  latencyBucket,
  type Attempt,
  type Store,
  type Tally,
} from "@crewstream/redis";
import { Signal } from "@crewstream/service";

/** Counts attempts per endpoint in the process, and adds them to the shared counters from time to time. */
export class StatsCollector {
  /** Notified when there are counts to write. */
  readonly changed = new Signal();
  #tallies = new Map<string, Tally>();

  attempted(endpoint: string, attempt: Attempt): void {
    const tally = this.#tallies.get(endpoint) ?? emptyTally();
    this.#tallies.set(endpoint, tally);
    if (attempt.settled === "delivered") {
      tally.delivered += 1;
      tally.events += attempt.events;
    } else tally.failed += 1;
    const bucket = latencyBucket(attempt.durationMs);
    tally.latency[bucket] = (tally.latency[bucket] ?? 0) + 1;
    this.changed.notify();
  }

  /** Writes the counts; if that fails, they are kept for the next time. */
  async flush(store: Store, now: number): Promise<void> {
    if (this.#tallies.size === 0) return;
    const tallies = this.#tallies;
    this.#tallies = new Map();
    try {
      await addTallies(store, tallies, now);
    } catch (error) {
      for (const [endpoint, tally] of tallies) {
        const newer = this.#tallies.get(endpoint) ?? emptyTally();
        accumulate(newer, tally);
        this.#tallies.set(endpoint, newer);
      }
      throw error;
    }
  }
}
