/** What a journal row records. Only these steps are stored; everything between them is executed again. */
export type JournalKind = "llm" | "tool" | "method" | "task" | "guardrail" | "human" | "value";

/** Where an error came from, as far as the automation's code is involved. */
export interface ErrorOrigin {
  /** `tools/lookup.ts:12:5`, relative to the automation's folder; absent if no frame is the automation's. */
  location?: string;
  /**
   * The error and its causes, outermost first, each with its frames in the automation's code and in the packages that
   * it called, innermost first. At most 3,000 characters.
   */
  stack: string;
}

/** The stored result of one step. `value` is JSON; `error` is set instead if the step's failure is part of the run. */
export interface JournalRow {
  kind: JournalKind;
  value?: unknown;
  error?: { message: string; type: string; retryable: boolean; origin?: ErrorOrigin };
  /** Hash of the input (messages, arguments): a replay with another input has diverged. */
  inputHash?: string;
}

/** Results of a run's steps by deterministic path, e.g. `task:research/try:0/llm:3`. */
export interface Journal {
  /** The row of a step that was completed before, in this process or an earlier one. */
  read(path: string): JournalRow | undefined;
  /**
   * Stores a row together with every event emitted before this call, in one write, and resolves when it is durable.
   * Emit the step's closing event and call this without an `await` in between: either both are stored or neither.
   */
  write(path: string, row: JournalRow): Promise<void>;
}

/** A journal that lives as long as the process: for tests, and for running an automation without a store. */
export function memoryJournal(rows: Map<string, JournalRow> = new Map()): Journal {
  return {
    read: (path) => rows.get(path),
    write: (path, row) => {
      rows.set(path, row);
      return Promise.resolve();
    },
  };
}
