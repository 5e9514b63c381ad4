import { expect, test, vi } from "vitest";
import { Health } from "./health.ts";
import { superviseLoops, type Loop } from "./loops.ts";
import { Need } from "./need.ts";
import { createLogger } from "./telemetry/logger.ts";

function supervised(loops: Loop[]): AsyncDisposable {
  return superviseLoops(loops, { log: createLogger({ name: "test", level: "silent" }), health: new Health() });
}

/** A loop beside the one that is tested; resolves after so many passes of it. */
function passes(count: number): { loop: Loop; done: Promise<void> } {
  const { promise, resolve } = Promise.withResolvers<void>();
  let left = count;
  const run = async (): Promise<void> => {
    left -= 1;
    if (left === 0) resolve();
  };
  return { loop: { name: "beside", everyMs: 1, run }, done: promise };
}

test("a loop with a need makes no pass until there is one, and one pass for all that gathered", async () => {
  const need = new Need();
  const ran = Promise.withResolvers<void>();
  const run = vi.fn(async () => ran.resolve());
  const before = passes(5);
  await using _loops = supervised([{ name: "counts", everyMs: 1, need, run }, before.loop]);
  await before.done;
  expect(run).not.toHaveBeenCalled();
  need.arise();
  need.arise();
  await ran.promise;
  const after = passes(5);
  await using _beside = supervised([after.loop]);
  await after.done;
  expect(run).toHaveBeenCalledTimes(1);
});

test("a pass that fails is made again, and a need that arises during a pass is not lost", async () => {
  const need = new Need();
  const third = Promise.withResolvers<void>();
  const results = [() => Promise.reject(new Error("no store")), async () => need.arise(), async () => third.resolve()];
  await using _loops = supervised([{ name: "counts", everyMs: 1, need, run: async () => results.shift()?.() }]);
  need.arise();
  await third.promise;
});

test("what has gathered when the loops end is seen to, and nothing else", async () => {
  const need = new Need();
  const run = vi.fn(() => Promise.resolve());
  const loops = supervised([{ name: "counts", everyMs: 60_000, need, run }]);
  need.arise();
  await loops[Symbol.asyncDispose]();
  expect(run).toHaveBeenCalledTimes(1);
  const idle = supervised([{ name: "counts", everyMs: 60_000, need, run }]);
  await idle[Symbol.asyncDispose]();
  expect(run).toHaveBeenCalledTimes(1);
});
