import {
  appendStep,
  changeMemories,
  keepVectors,
  loadFlowState,
  readEventIds,
  readEvents,
  readJournal,
  readMemories,
  readSubscriptions,
  readVectors,
  saveFlowState,
  type ExecutionRecord,
  type Lease,
} from "@crewstream/redis";
import { retentionMs } from "@crewstream/service";
import type { CrewContext } from "./crew-context.ts";
import { untilWritten } from "./retry-write.ts";
import type { Subscribers, Wake } from "./subscribers.ts";
import type { RunTrace } from "./trace/run-trace.ts";
import type { ThreadCall, ThreadStep } from "./threads/protocol.ts";

interface HostedRun {
  execution: ExecutionRecord;
  lease: Lease;
  subscribers: Subscribers;
  signal: AbortSignal;
  trace: RunTrace | undefined;
}

/** The store, under the run's lease, and the queues, as far as a run may use them. */
export class RunHost {
  readonly #context: CrewContext;
  readonly #run: HostedRun;

  constructor(context: CrewContext, run: HostedRun) {
    this.#context = context;
    this.#run = run;
  }

  /** What earlier workers have written for this run. */
  async earlier(): Promise<{ seq: number; knownIds: Map<string, number>; journal: Map<string, string> }> {
    const { execution, lease } = this.#run;
    const { id } = execution;
    if (lease.seq === 0) return { seq: 0, knownIds: new Map(), journal: new Map() };
    const [knownIds, journal] = await Promise.all([
      readEventIds(this.#context.store, id),
      readJournal(this.#context.store, id),
    ]);
    return { seq: lease.seq, knownIds, journal };
  }

  /** The current stream, as JSON texts. */
  async stream(): Promise<string[]> {
    const texts: string[] = [];
    for (let from = 1; ;) {
      const page = await readEvents(this.#context.store, this.#run.execution.id, { from, limit: 500 });
      texts.push(...page.map((event) => event.json));
      const last = page.at(-1);
      if (last === undefined) return texts;
      from = last.seq + 1;
    }
  }

  /** Resolves when the step is durable. @throws AppError `lease_lost`; waits through temporary failures */
  async append(step: ThreadStep): Promise<void> {
    const { store, metrics, published, log } = this.#context;
    const { execution, lease, subscribers, signal, trace } = this.#run;
    const { id } = execution;
    const feeds = subscribers.selecting(step.events);
    const write = () => appendStep(store, id, { ...step, feeds, epoch: lease.epoch });
    const { asleep, feeds: known } = await untilWritten(write, { signal, log });
    metrics.eventsPublished.inc(step.events.length);
    published.add(step.events.length);
    trace?.observe(step.events);
    const wakes = subscribers.wakes(step.events, asleep);
    if (known > subscribers.size) wakes.push(...(await this.#greet(known)));
    await Promise.all(wakes.map(({ feed, ...wake }) => this.#context.queues.wakeFeed({ executionId: id, feed }, wake)));
  }

  /** Adds subscriptions that were added to the run; they may have missed the events of this write. */
  async #greet(feeds: number): Promise<Wake[]> {
    const { execution, subscribers } = this.#run;
    return subscribers.add((await readSubscriptions(this.#context.store, execution.id, feeds)).slice(subscribers.size));
  }

  /**
   * Executes a request of the run's thread; resolves with its result, if it has one, when it is durable. A thread's
   * messages arrive in the async context of whatever started it, perhaps that of another run.
   */
  serve(call: ThreadCall): Promise<string | undefined> {
    const { trace } = this.#run;
    return trace === undefined ? this.#perform(call) : trace.within(() => this.#perform(call));
  }

  async #perform(call: ThreadCall): Promise<string | undefined> {
    const { store, config } = this.#context;
    const { automation, own, token } = this.#run.execution;
    const owner = own === undefined ? undefined : token;
    switch (call.kind) {
      case "append":
        await this.append(call.step);
        return undefined;
      case "load_state":
        return loadFlowState(store, { flow: call.flow, id: call.id, owner });
      case "save_state":
        await saveFlowState(store, { flow: call.flow, id: call.id, owner }, call.state, retentionMs(config));
        return undefined;
      case "read_memories":
        return JSON.stringify(await readMemories(store, automation));
      case "change_memories":
        await changeMemories(store, automation, call.change);
        return undefined;
      case "read_vectors":
        return JSON.stringify((await readVectors(store, automation, call.keys)).map((vector) => vector ?? null));
      case "keep_vectors":
        await keepVectors(store, automation, call.vectors);
        return undefined;
      default:
        return call satisfies never;
    }
  }
}
