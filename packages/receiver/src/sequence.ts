import { NotNowError } from "./errors.ts";
import { addGap, fillGap, isMissing } from "./gaps.ts";
import type { OrderState, OrderStore } from "./order-store.ts";
import type { ReceivedEvent } from "./parse.ts";

interface SequenceOptions {
  executionId: string;
  store: OrderStore;
  giveUpMs: number;
  holdMs: number;
}

/**
 * A request in progress: its first number, since when it has waited, and a callback that makes it check again whether
 * it is its turn.
 */
interface Arrival {
  readonly first: number;
  readonly at: number;
  woken: Wakeable;
}

interface Wakeable {
  promise: Promise<void>;
  resolve: () => void;
}

type Handle = (event: ReceivedEvent) => unknown;

/** Ranges of missing numbers kept per execution. */
const maxGaps = 1000;
const refusedRetrySeconds = 5;

/**
 * One execution's events while requests of it are in progress. A delivery is let through as a whole: what is missing
 * between its own events was not selected. Only the arrival with the smallest number may skip a gap.
 */
export class Sequence {
  readonly #options: SequenceOptions;
  readonly #present = new Set<Arrival>();
  #state: OrderState | undefined;
  #changed = false;
  #running = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: SequenceOptions) {
    this.#options = options;
  }

  /** Whether no request is in progress: everything known is then in the store. */
  get idle(): boolean {
    return this.#running === 0;
  }

  /** Handles `events`, which are sorted, when it is their turn. Throws what `handle` throws, or `NotNowError`. */
  async run(events: readonly ReceivedEvent[], handle: Handle): Promise<void> {
    const arrival: Arrival = { first: numberOf(events[0]), at: Date.now(), woken: withResolvers() };
    this.#present.add(arrival);
    this.#running++;
    try {
      while (!(await this.#alone(() => this.#attempt(arrival, events, handle)))) await this.#wait(arrival);
    } finally {
      this.#present.delete(arrival);
      for (const other of this.#present) other.woken.resolve();
      await this.#alone(() => this.#save()).finally(() => this.#running--);
    }
  }

  /** Handles the new ones of `events`, if it is their turn; returns whether it was. */
  async #attempt(arrival: Arrival, events: readonly ReceivedEvent[], handle: Handle): Promise<boolean> {
    const { executionId, store } = this.#options;
    arrival.woken = withResolvers();
    this.#state ??= (await store.get(executionId)) ?? { position: 0, gaps: [], waitingSince: null };
    const { position, gaps, waitingSince } = this.#state;
    const fresh = events.filter((event) => numberOf(event) > position || isMissing(gaps, numberOf(event)));
    if (fresh.length > 0 && numberOf(fresh[0]) > position + 1 && !this.#givenUp(arrival)) {
      if (waitingSince === null) this.#become({ position, gaps, waitingSince: Date.now() });
      return false;
    }
    for (const event of fresh) {
      await handle(event);
      this.#become(after(this.#state, numberOf(event), lastNumberOf(event)));
    }
    return true;
  }

  #givenUp(arrival: Arrival): boolean {
    return this.#isFirst(arrival) && Date.now() >= this.#givesUpAt();
  }

  #isFirst({ first }: Arrival): boolean {
    return [...this.#present].every((other) => first <= other.first);
  }

  #givesUpAt(): number {
    const arrivals = [...this.#present].map(({ at }) => at);
    return Math.min(this.#state?.waitingSince ?? Infinity, ...arrivals) + this.#options.giveUpMs;
  }

  /** Resolves when it may be the arrival's turn; throws when it has been held long enough. */
  async #wait(arrival: Arrival): Promise<void> {
    const deadline = arrival.at + this.#options.holdMs;
    const now = Date.now();
    if (now >= deadline) {
      throw new NotNowError(`Events before number ${arrival.first} have not arrived yet.`, refusedRetrySeconds);
    }
    const until = this.#isFirst(arrival) ? Math.min(deadline, this.#givesUpAt()) : deadline;
    const timer = setTimeout(arrival.woken.resolve, until - now);
    await arrival.woken.promise;
    clearTimeout(timer);
  }

  #become(state: OrderState): void {
    this.#state = state;
    this.#changed = true;
  }

  async #save(): Promise<void> {
    if (!this.#changed || this.#state === undefined) return;
    await this.#options.store.set(this.#options.executionId, this.#state);
    this.#changed = false;
  }

  /** Runs `work` after everything requested before has ended. */
  #alone<T>(work: () => Promise<T>): Promise<T> {
    const run = this.#last.then(work);
    this.#last = run.catch(() => undefined);
    return run;
  }
}

function numberOf(event: ReceivedEvent | undefined): number {
  return event?.data.emission_sequence ?? 0;
}

/** An event that the sender merged from several stands for all their numbers. */
function lastNumberOf(event: ReceivedEvent): number {
  const { coalesced } = event.data as { coalesced?: { last_emission_sequence?: unknown } };
  const last = coalesced?.last_emission_sequence;
  return typeof last === "number" ? Math.max(last, numberOf(event)) : numberOf(event);
}

function withResolvers(): Wakeable {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

function after({ position, gaps, waitingSince }: OrderState, first: number, last: number): OrderState {
  if (first <= position) return { position: Math.max(position, last), gaps: fillGap(gaps, first, last), waitingSince };
  return { position: last, gaps: addGap(gaps, position + 1, first - 1, maxGaps), waitingSince: null };
}
