import type { BackendFactory, Job, RedisQueueBackend } from "bullmq";

/** A worker's hold on the job that it is processing. */
export interface JobLease {
  /** Aborts when the shutdown's deadline has passed. */
  readonly deadline: AbortSignal;
  /**
   * Whether the job is still this worker's. False once its lock may have expired: another worker may have the job by
   * then. It only compares clocks, so it can be checked before each request.
   */
  held(): boolean;
}

/**
 * Tracks until when the locks of one worker's jobs last. A process that was starved (suspended, or its event loop
 * blocked) continues with what it was doing before its timers get to renew anything, so a failing renewal comes too
 * late: measured, a delivery was sent six times. The time of the last renewal shows it at once.
 */
export class JobLeases {
  readonly #lockMs: number;
  readonly #renewedAt = new Map<string, number>();

  constructor(lockMs: number) {
    this.#lockMs = lockMs;
  }

  /** The lease of a newly taken job; dispose it with the job. */
  begin(job: Job<unknown>, deadline: AbortSignal): JobLease & Disposable {
    const id = job.id ?? "";
    this.#renewedAt.set(id, job.processedOn ?? Date.now());
    return {
      deadline,
      held: () => Date.now() < (this.#renewedAt.get(id) ?? 0) + this.#lockMs,
      [Symbol.dispose]: () => void this.#renewedAt.delete(id),
    };
  }

  /** The same backend, with its renewals recorded: by the time they were sent, as a reply may be read much later. */
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
