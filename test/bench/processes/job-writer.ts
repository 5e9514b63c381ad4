import type { StoredEvent } from "@crewstream/contracts";
import type { JobsOptions, Queue } from "bullmq";

/** What the baseline's worker posts: one event. */
export interface BaselineJob {
  url: string;
  body: string;
}

export const baselineQueue = "baseline-events";

const options: JobsOptions = {
  removeOnComplete: true,
  removeOnFail: { count: 1000 },
  attempts: 9,
  backoff: { type: "exponential", delay: 1000 },
};
const chunkJobs = 500;

/** Adds one BullMQ job per event; events that arrive during a call are added with the next `addBulk`. */
export class JobWriter {
  readonly #queue: Queue;
  readonly #url: string;
  #jobs: BaselineJob[] = [];
  #writing: Promise<void> | undefined;
  queuedBytes = 0;

  constructor(queue: Queue, url: string) {
    this.#queue = queue;
    this.#url = url;
  }

  push(event: StoredEvent): void {
    const body = `{"events":[${event.json}]}`;
    this.#jobs.push({ url: this.#url, body });
    this.queuedBytes += body.length;
    this.#writing ??= Promise.resolve().then(() => this.#drain());
  }

  async flush(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
  }

  end(): Promise<void> {
    return this.flush();
  }

  async #drain(): Promise<void> {
    while (this.#jobs.length > 0) {
      const chunk = this.#jobs.splice(0, chunkJobs);
      this.queuedBytes -= chunk.reduce((sum, { body }) => sum + body.length, 0);
      await this.#queue.addBulk(chunk.map((data) => ({ name: "event", data, opts: options })));
    }
    this.#writing = undefined;
  }
}
