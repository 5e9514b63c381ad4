import { newExecutionId } from "@crewstream/contracts";
import { memoryJournal } from "../journal.ts";
import type { RunContext } from "../run-context.ts";
import { recordingSink, type RecordingSink } from "./recording-sink.ts";

/** A run's context for tests: memory journal, recording sink, a clock that does not advance, the offline model. */
export function testContext(changes: Partial<RunContext> & { sink?: RecordingSink } = {}): RunContext & {
  sink: RecordingSink;
} {
  return {
    executionId: newExecutionId(),
    automation: "test",
    inputs: {},
    sink: recordingSink(),
    journal: memoryJournal(),
    signal: new AbortController().signal,
    now: () => new Date("2026-01-01T00:00:00Z"),
    defaultModel: "offline/demo",
    env: {},
    ...changes,
  };
}
