import { setImmediate as nextTurn } from "node:timers/promises";
import { makeEvent } from "../event-text.ts";
import { setTimeout as pause } from "node:timers/promises";
import { preciseNow, totalEvents, type Load } from "../load.ts";
import type { StoredEvent } from "@crewstream/contracts";

/** The destination of one execution's events. */
export interface EventWriter {
  executionId: string;
  queuedBytes: number;
  push(event: StoredEvent): void;
  /** Resolves when everything is written. */
  flush(): Promise<void>;
  end(): Promise<void>;
}

/** Number of events that a step of a run publishes together. */
const groupEvents = 10;
/** Number of events created between two turns of the event loop. */
const sliceEvents = 1000;
/** A publisher that is this far ahead of Redis waits for it, like a run. */
const highWaterBytes = 4 * 1024 * 1024;

/**
 * Emits a load, and resolves with its start time when all of it is written. With a rate it is an open loop: event
 * number n is due at a fixed time, carries that time as its send time, and is sent late rather than skipped, so that a
 * system that stalls is not measured only while it runs.
 */
export async function emit(run: string, load: Load, writers: readonly EventWriter[]): Promise<number> {
  const events = totalEvents(load);
  const startedAt = preciseNow();
  const emitOne = (n: number, sentAt: number): void => {
    const { execution, seq } = placeOf(n, load);
    const writer = writers[execution];
    writer?.push(makeEvent(writer.executionId, { run, execution, seq, sentAt }, load.bytes));
  };
  if (load.rate === undefined) await atOnce(events, emitOne, writers);
  else await inTime(events, load.rate, startedAt, emitOne);
  await Promise.all(writers.map((writer) => writer.flush()));
  return startedAt;
}

async function atOnce(
  events: number,
  emitOne: (n: number, sentAt: number) => void,
  writers: readonly EventWriter[],
): Promise<void> {
  for (let n = 0; n < events;) {
    const until = Math.min(events, n + sliceEvents);
    for (; n < until; n += 1) emitOne(n, preciseNow());
    await nextTurn();
    // What is queued lasts longer than a pause; checking every turn was half of a single run's cost.
    while (writers.reduce((sum, writer) => sum + writer.queuedBytes, 0) > highWaterBytes) await pause(1);
  }
}

async function inTime(
  events: number,
  rate: number,
  startedAt: number,
  emitOne: (n: number, sentAt: number) => void,
): Promise<void> {
  const dueAt = (n: number): number => startedAt + (n * 1000) / rate;
  for (let n = 0; n < events;) {
    const now = preciseNow();
    for (; n < events && dueAt(n) <= now; n += 1) emitOne(n, dueAt(n));
    await pause(2);
  }
}

/** Event number n of the whole load: executions take turns with one group each. */
function placeOf(n: number, { executions, eventsEach, rate }: Load): { execution: number; seq: number } {
  const group = rate === undefined ? Math.min(groupEvents, eventsEach) : 1;
  const round = Math.floor(n / (group * executions));
  // The last round's groups are shorter if the events do not divide evenly.
  const length = Math.min(group, eventsEach - round * group);
  const within = n - round * group * executions;
  return { execution: Math.floor(within / length), seq: round * group + (within % length) + 1 };
}
