import type { BackendFactory, Job, RedisQueueBackend } from "bullmq";

/** A worker's hold on the job that it is processing. */
export interface JobLease {
  /** Aborts when the shutdown's deadline has passed. */
  readonly deadline: AbortSignal;
  /**
   * Whether the job is still this worker's. False once its lock may have run out: another worker may have the job by then.
   * It compares clocks and asks nobody, so it can be checked before each request.
   */
  held(): boolean;
}

/**
 * Knows until when the locks of one worker's jobs last. A process that was starved (stopped, or its event loop blocked) runs
 * on with what it was doing before its timers get to renew anything, so a renewal that fails comes too late: measured, a
 * delivery was sent six times. The time of the last renewal tells at once.
 */
export class JobLeases {
  readonly #lockMs: number;
  readonly #renewedAt = new Map<string, number>();

  constructor(lockMs: number) {
    this.#lockMs = lockMs;
  }

  /** The lease of a job that was just taken; dispose it with the job. */
  begin(job: Job<unknown>, deadline: AbortSignal): JobLease & Disposable {
    const id = job.id ?? "";
    this.#renewedAt.set(id, job.processedOn ?? Date.now());
    return {
      deadline,
      held: () => Date.now() < (this.#renewedAt.get(id) ?? 0) + this.#lockMs,
      [Symbol.dispose]: () => void this.#renewedAt.delete(id),
    };
  }

  /** The same backend, whose renewals are noted: by the time they were sent, as an answer may be read much later. */
  watch(factory: BackendFactory<RedisQueueBackend>): BackendFactory<RedisQueueBackend> {
    return (name, options, connections) => {
      const backend = factory(name, options, connections);
      const extend = backend.extendLocks.bind(backend);
      backend.extendLocks = async (ids, tokens, duration) => {
        const sentAt = Date.now();
        const lost = new Set(await extend(ids, tokens, duration));
        for (const id of ids) if (this.#renewedAt.has(id)) this.#renewedAt.set(id, lost.has(id) ? 0 : sentAt);
        return [...lost];
      };
      return backend;
    };
  }
}
