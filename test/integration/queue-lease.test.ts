import { newExecutionId, type ExecutionId } from "@crewstream/contracts";
import { Queues, type JobLease, type JobResult, runsQueue } from "@crewstream/queue";
import type { Store } from "@crewstream/redis";
import { afterEach, beforeEach, expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { openTestStore } from "../support/executions.ts";
import { startRunWorker } from "../support/run-worker.ts";

const lockMs = 1000;

let stack: AsyncDisposableStack;
let store: Store;
let queues: Queues;
beforeEach(() => {
  stack = new AsyncDisposableStack();
  store = stack.use(openTestStore());
  queues = stack.use(new Queues(store));
});
afterEach(() => stack.disposeAsync());

function work(handle: (id: ExecutionId, lease: JobLease) => Promise<JobResult>): void {
  stack.use(startRunWorker(store, handle, { lockMs }));
}

test("a process whose event loop was blocked knows that it may have lost its job, before any timer has run", async () => {
  const held: boolean[] = [];
  work(async (_, lease) => {
    held.push(lease.held());
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, lockMs + 100);
    held.push(lease.held());
    return { kind: "done" };
  });
  await queues.enqueueRun({ id: newExecutionId(), token: "t" });
  await eventually(() => expect(held.slice(0, 2)).toEqual([true, false]));
});

test("a job that takes longer than its lock is kept while the lock is renewed", async () => {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  work(async (_, lease) => {
    const end = Date.now() + 3 * lockMs;
    while (Date.now() < end && lease.held()) await new Promise((next) => setTimeout(next, 50));
    resolve(lease.held());
    return { kind: "done" };
  });
  await queues.enqueueRun({ id: newExecutionId(), token: "t" });
  expect(await promise).toBe(true);
});

test("a job that returns for an hour is taken immediately if it was requested while it was active", async () => {
  let passes = 0;
  work(async (id) => {
    passes += 1;
    if (passes === 1) await queues.enqueueRun({ id, token: "t" }, { replace: true });
    return passes < 3 ? { kind: "later", delayMs: 3_600_000 } : { kind: "done" };
  });
  await queues.enqueueRun({ id: newExecutionId(), token: "t" });
  await eventually(() => expect(passes).toBe(2));
  // No further request: the second pass ended in the delayed set.
  await eventually(async () =>
    expect(await queues.depths()).toContainEqual({ queue: runsQueue, waiting: 0, delayed: 1, active: 0 }),
  );
});
