import { expect, test, vi } from "vitest";
import { Health } from "./health.ts";
import { superviseLoops, type Loop } from "./loops.ts";
import { Signal } from "./signal.ts";
import { createLogger } from "./telemetry/logger.ts";

function supervised(loops: Loop[]): AsyncDisposable {
  return superviseLoops(loops, { log: createLogger({ name: "test", level: "silent" }), health: new Health() });
}

/** A loop next to the one under test; resolves after the given number of passes of it. */
function passes(count: number): { loop: Loop; done: Promise<void> } {
  const { promise, resolve } = Promise.withResolvers<void>();
  let left = count;
  const run = async (): Promise<void> => {
    left -= 1;
    if (left === 0) resolve();
  };
  return { loop: { name: "beside", everyMs: 1, run }, done: promise };
}

test("a loop with a trigger makes no pass until it is notified, and one pass for several notifications", async () => {
  const trigger = new Signal();
  const ran = Promise.withResolvers<void>();
  const run = vi.fn(async () => ran.resolve());
  const before = passes(5);
  await using _loops = supervised([{ name: "counts", everyMs: 1, trigger, run }, before.loop]);
  await before.done;
  expect(run).not.toHaveBeenCalled();
  trigger.notify();
  trigger.notify();
  await ran.promise;
  const after = passes(5);
  await using _beside = supervised([after.loop]);
  await after.done;
  expect(run).toHaveBeenCalledTimes(1);
});

test("a failed pass is repeated, and a notification during a pass is not lost", async () => {
  const trigger = new Signal();
  const third = Promise.withResolvers<void>();
  const results = [
    () => Promise.reject(new Error("no store")),
    async () => trigger.notify(),
    async () => third.resolve(),
  ];
  await using _loops = supervised([{ name: "counts", everyMs: 1, trigger, run: async () => results.shift()?.() }]);
  trigger.notify();
  await third.promise;
});

test("accumulated work is processed before the loops end, and nothing else", async () => {
  const trigger = new Signal();
  const run = vi.fn(() => Promise.resolve());
  const loops = supervised([{ name: "counts", everyMs: 60_000, trigger, run }]);
  trigger.notify();
  await loops[Symbol.asyncDispose]();
  expect(run).toHaveBeenCalledTimes(1);
  const idle = supervised([{ name: "counts", everyMs: 60_000, trigger, run }]);
  await idle[Symbol.asyncDispose]();
  expect(run).toHaveBeenCalledTimes(1);
});
