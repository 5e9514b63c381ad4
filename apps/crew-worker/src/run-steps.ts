import type { ExecutionId } from "@crewstream/contracts";
import { appendStep, readEventIds, readEvents, readJournal, type Lease } from "@crewstream/redis";
import type { CrewContext } from "./run-execution.ts";
import { untilWritten } from "./retry-write.ts";
import type { Subscribers } from "./subscribers.ts";
import type { RunTrace } from "./trace/run-trace.ts";
import type { ThreadStep } from "./threads/protocol.ts";

interface SteppingRun {
  id: ExecutionId;
  lease: Lease;
  subscribers: Subscribers;
  signal: AbortSignal;
  trace: RunTrace | undefined;
}

/** Writes a run's steps under its lease and wakes the feeds they concern. */
export class RunSteps {
  readonly #context: CrewContext;
  readonly #run: SteppingRun;

  constructor(context: CrewContext, run: SteppingRun) {
    this.#context = context;
    this.#run = run;
  }

  /** What earlier workers of this run have written. */
  async earlier(): Promise<{ seq: number; knownIds: Map<string, number>; journal: Map<string, string> }> {
    const { id, lease } = this.#run;
    if (lease.seq === 0) return { seq: 0, knownIds: new Map(), journal: new Map() };
    const [knownIds, journal] = await Promise.all([
      readEventIds(this.#context.store, id),
      readJournal(this.#context.store, id),
    ]);
    return { seq: lease.seq, knownIds, journal };
  }

  /** The stream as it is, as JSON texts. */
  async stream(): Promise<string[]> {
    const texts: string[] = [];
    for (let from = 1; ;) {
      const page = await readEvents(this.#context.store, this.#run.id, { from, limit: 500 });
      texts.push(...page.map((event) => event.json));
      const last = page.at(-1);
      if (last === undefined) return texts;
      from = last.seq + 1;
    }
  }

  /** Resolves when the step is durable. @throws AppError `lease_lost`; waits out everything that passes */
  async append(step: ThreadStep): Promise<void> {
    const { store, metrics, published, log } = this.#context;
    const { id, lease, subscribers, signal, trace } = this.#run;
    const feeds = subscribers.selecting(step.events);
    const write = () => appendStep(store, id, { ...step, feeds, epoch: lease.epoch });
    const asleep = await untilWritten(write, { signal, log });
    metrics.eventsPublished.inc(step.events.length);
    published.add(step.events.length);
    trace?.observe(step.events);
    const wakes = subscribers.wakes(step.events, asleep);
    await Promise.all(wakes.map(({ feed, ...wake }) => this.#context.queues.wakeFeed({ executionId: id, feed }, wake)));
  }
}
