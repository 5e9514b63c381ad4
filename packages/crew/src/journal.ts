/** What a journal row stands for; only these steps are stored, everything between is run again. */
export type JournalKind = "llm" | "tool" | "method" | "task" | "guardrail" | "human" | "value";

/** The stored end of one step. `value` is JSON; `error` is set instead when the step's failure is part of the run. */
export interface JournalRow {
  kind: JournalKind;
  value?: unknown;
  error?: { message: string; type: string; retryable: boolean };
  /** Hash of what was asked (messages, arguments): a replay that asks something else has diverged. */
  inputHash?: string;
}

/** Results of a run's steps by deterministic path, e.g. `task:research/try:0/llm:3`. */
export interface Journal {
  /** The row of a step that was finished before, in this process or in one that died. */
  read(path: string): JournalRow | undefined;
  /**
   * Stores a row together with every event emitted before this call, in one write, and resolves when it is durable.
   * Emit the step's closing event and call this without an `await` between: either both stand or neither.
   */
  write(path: string, row: JournalRow): Promise<void>;
}

/** A journal that lives as long as the process: for tests and for running an automation without a store. */
export function memoryJournal(rows: Map<string, JournalRow> = new Map()): Journal {
  return {
    read: (path) => rows.get(path),
    write: (path, row) => {
      rows.set(path, row);
      return Promise.resolve();
    },
  };
}
