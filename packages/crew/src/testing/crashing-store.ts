import type { JournalRow } from "../journal.ts";
import type { RunContext, RuntimeEvent } from "../run-context.ts";
import { testContext } from "./test-context.ts";

/** When a process crashes: just before the n-th journal write becomes durable, or just after; 0 is the first. */
export type Crash = { before: number } | { after: number };

/** A store that survives processes, as the crew worker's does: rows and events, each event id once. */
export interface CrashingStore {
  readonly events: RuntimeEvent[];
  readonly rows: Map<string, JournalRow>;
  /**
   * The context of one more process, which crashes at its own n-th write: its run then rejects and writes nothing more.
   */
  process(crash?: Crash): { context: RunContext; flush: () => void };
}

/**
 * Keeps what is durable. What a process emits stays in its memory until its next write, or until the event loop's next
 * turn (`eager`); with the write, row and events are stored together or not at all.
 */
export function crashingStore(base: Partial<RunContext>, { eager = false } = {}): CrashingStore {
  const { sink: _, ...fields } = testContext(base as object);
  const events: RuntimeEvent[] = [];
  const ids = new Set<string>();
  const rows = new Map<string, JournalRow>();
  return {
    events,
    rows,
    process(crash) {
      let waiting: RuntimeEvent[] = [];
      let writes = 0;
      let dead = false;
      const flush = (): void => {
        if (dead) return;
        for (const event of waiting) if (!ids.has(event.id)) events.push(event);
        for (const event of waiting) ids.add(event.id);
        waiting = [];
      };
      const context: RunContext = {
        ...fields,
        sink: {
          emit(event) {
            waiting.push(event);
            if (eager) setImmediate(flush);
          },
          ready: async () => (eager ? new Promise((resolve) => setImmediate(resolve)) : undefined),
        },
        journal: {
          read: (path) => rows.get(path),
          async write(path, row) {
            if (dead) throw new Error("this process is dead");
            const index = writes++;
            if (crash !== undefined && "before" in crash && crash.before === index) {
              dead = true;
              throw new Error("killed before the write");
            }
            flush();
            rows.set(path, JSON.parse(JSON.stringify(row)) as JournalRow);
            if (crash !== undefined && "after" in crash && crash.after === index) {
              dead = true;
              throw new Error("killed after the write");
            }
          },
        },
      };
      return { context, flush };
    },
  };
}
