import { newExecutionId } from "@crewstream/contracts";
import { expect, test, vi } from "vitest";
import { ExecutionWriter } from "./execution-writer.ts";
import type { ThreadStep } from "./threads/protocol.ts";

/** A writer whose appends end when `settle` is called. */
function recordingWriter() {
  const steps: ThreadStep[] = [];
  const settle: (() => void)[] = [];
  const writer = new ExecutionWriter({
    executionId: newExecutionId(),
    seq: 0,
    knownIds: new Map(),
    journal: new Map(),
    maxEventBytes: 1000,
    append: (step) => {
      steps.push(step);
      return new Promise((resolve) => settle.push(resolve));
    },
    observe: () => ({}),
  });
  const emit = (type: string): void => writer.emit({ id: type, type, timestamp: "2026-11-23T14:08:45.166Z", data: {} });
  return { writer, steps, settle, emit };
}

/** As many microtasks as there are between a run's last event and its outcome, and more. */
async function someMicrotasks(): Promise<void> {
  for (let step = 0; step < 50; step += 1) await Promise.resolve();
}

test.each(["idle", "busy"])("a run's last event is written with its outcome, while the store is %s", async (store) => {
  const { writer, steps, settle, emit } = recordingWriter();
  if (store === "busy") {
    emit("first");
    await vi.waitUntil(() => settle.length === 1);
    settle.shift()?.();
  }
  emit("last");
  await someMicrotasks();
  writer.setFields({ state: "SUCCESS" });
  const flushed = writer.flush();
  await vi.waitUntil(() => settle.length === 1);
  settle.shift()?.();
  await flushed;
  expect(steps.at(-1)).toMatchObject({ events: [{ type: "last" }], fields: { state: "SUCCESS" } });
});
