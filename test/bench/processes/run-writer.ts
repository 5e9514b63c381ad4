import type { ExecutionId, StoredEvent } from "@crewstream/contracts";
import type { Queues } from "@crewstream/queue";
import { appendStep, type Lease, type Store } from "@crewstream/redis";

/** As in the crew worker's writer. */
const chunkEvents = 500;
const chunkBytes = 1024 * 1024;

/**
 * Writes one execution's events like a crew worker: one script call at a time, the next one growing meanwhile, and a
 * wake for the feed if it was asleep.
 */
export class RunWriter {
  readonly #parts: { store: Store; queues: Queues; id: ExecutionId; lease: Lease; wakeDelayMs: number };
  #queue: StoredEvent[] = [];
  #writing: Promise<void> | undefined;
  queuedBytes = 0;

  constructor(parts: { store: Store; queues: Queues; id: ExecutionId; lease: Lease; wakeDelayMs: number }) {
    this.#parts = parts;
  }

  push(event: StoredEvent): void {
    this.#queue.push(event);
    this.queuedBytes += event.json.length;
    this.#writing ??= Promise.resolve().then(() => this.#drain());
  }

  /** Resolves when everything is written. */
  async flush(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
  }

  /** Ends the run; its feed is woken to send the rest. */
  async end(): Promise<void> {
    await this.flush();
    await this.#append([], { state: "SUCCESS", ended_at: Date.now() });
    const { queues, id } = this.#parts;
    await queues.wakeFeed({ executionId: id, feed: 0 }, { delayMs: 0, flush: true });
  }

  async #drain(): Promise<void> {
    while (this.#queue.length > 0) await this.#append(this.#takeChunk(), {});
    this.#writing = undefined;
  }

  #takeChunk(): StoredEvent[] {
    let bytes = 0;
    let length = 0;
    for (const event of this.#queue) {
      if (length > 0 && (length >= chunkEvents || bytes + event.json.length > chunkBytes)) break;
      bytes += event.json.length;
      length += 1;
    }
    this.queuedBytes -= bytes;
    return this.#queue.splice(0, length);
  }

  async #append(events: StoredEvent[], fields: Record<string, string | number>): Promise<void> {
    const { store, queues, id, lease, wakeDelayMs } = this.#parts;
    const feeds = events.length === 0 ? [] : [0];
    const { asleep } = await appendStep(store, id, { epoch: lease.epoch, events, rows: [], fields, feeds });
    await Promise.all(asleep.map((feed) => queues.wakeFeed({ executionId: id, feed }, { delayMs: wakeDelayMs })));
  }
}
