import type { Mark } from "../event-text.ts";
import type { Received } from "../load.ts";

/** Every event of one run as it arrives: duplicates, events out of order, and latencies. */
export class Arrivals {
  readonly #eventsEach: number;
  /** How often each event arrived; an execution's events are adjacent. */
  readonly #seen: Uint8Array;
  readonly #latest: Int32Array;
  readonly #latencies: Float64Array;
  readonly #perSecond = new Map<number, number>();
  #received: Omit<Received, "latency" | "peakPerSecond"> = {
    unique: 0,
    duplicated: 0,
    outOfOrder: 0,
    requests: 0,
    bodyBytes: 0,
    firstAt: 0,
    lastAt: 0,
  };
  #waiting: { events: number; resolve: () => void } | undefined;

  constructor(executions: number, eventsEach: number) {
    this.#eventsEach = eventsEach;
    this.#seen = new Uint8Array(executions * eventsEach);
    this.#latest = new Int32Array(executions);
    this.#latencies = new Float64Array(executions * eventsEach);
  }

  get unique(): number {
    return this.#received.unique;
  }

  event({ execution, seq, sentAt }: Mark, now: number): void {
    const received = this.#received;
    const place = execution * this.#eventsEach + seq - 1;
    const before = this.#seen[place];
    if (before === undefined) throw new Error(`no such event: ${execution}/${seq}`);
    this.#seen[place] = Math.min(255, before + 1);
    if (before > 0) {
      received.duplicated += 1;
      return;
    }
    this.#latencies[received.unique] = now - sentAt;
    received.unique += 1;
    const latest = this.#latest[execution] ?? 0;
    if (seq < latest) received.outOfOrder += 1;
    else this.#latest[execution] = seq;
    const second = Math.floor(now / 1000);
    this.#perSecond.set(second, (this.#perSecond.get(second) ?? 0) + 1);
  }

  /** Called after the events of one request. */
  request(bytes: number, now: number): void {
    const received = this.#received;
    received.requests += 1;
    received.bodyBytes += bytes;
    if (received.firstAt === 0) received.firstAt = now;
    received.lastAt = now;
    if (this.#waiting !== undefined && received.unique >= this.#waiting.events) this.#waiting.resolve();
  }

  async until(events: number, timeoutMs: number): Promise<void> {
    if (this.#received.unique >= events) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.#waiting = {
        events,
        resolve: () => {
          clearTimeout(timer);
          resolve();
        },
      };
    });
    this.#waiting = undefined;
  }

  report(): Received {
    const { unique } = this.#received;
    const sorted = this.#latencies.slice(0, unique).sort();
    const at = (share: number): number => sorted[Math.min(unique - 1, Math.floor(unique * share))] ?? 0;
    const peakPerSecond = Math.max(0, ...this.#perSecond.values());
    if (unique === 0) return { ...this.#received, peakPerSecond };
    return {
      ...this.#received,
      peakPerSecond,
      latency: { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) },
    };
  }
}
