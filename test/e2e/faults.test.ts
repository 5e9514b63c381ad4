import { appendFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { faultRun } from "../faults/fault-run.ts";
import { FaultySystem } from "../faults/faulty-system.ts";

/** `npm run test:faults -- --runs N --seed S` sets these. */
const runs = Number(process.env["FAULT_RUNS"] ?? 2);
const firstSeed = Number(process.env["FAULT_SEED"] ?? 1);
const report = process.env["FAULT_REPORT"];
const seeds = Array.from({ length: runs }, (_, index) => firstSeed + index);

let system: FaultySystem;
beforeAll(async () => {
  system = await FaultySystem.start();
}, 240_000);
afterAll(() => system?.[Symbol.asyncDispose]());

it.for(seeds)("keeps its guarantees under any faults, seed %i", { timeout: 600_000 }, async (seed) => {
  const run = await faultRun(system, seed);
  if (report !== undefined) await appendFile(report, `${JSON.stringify(run)}\n`);
  expect(run).toEqual({ ...run, problems: [] });
  expect(run.numbers.events).toBeGreaterThan(500);
});
