export { memoryJournal, type Journal, type JournalKind, type JournalRow } from "./journal.ts";
export type { Automation, EventSink, RunContext, RuntimeEvent } from "./run-context.ts";
