import { afterAll, beforeAll, expect, it } from "vitest";
import { faultRun } from "../faults/fault-run.ts";
import { FaultySystem } from "../faults/faulty-system.ts";

/** `npm run test:faults -- --runs N --seed S` sets these. */
const runs = Number(process.env["FAULT_RUNS"] ?? 2);
const firstSeed = Number(process.env["FAULT_SEED"] ?? 1);
const seeds = Array.from({ length: runs }, (_, index) => firstSeed + index);

let system: FaultySystem;
beforeAll(async () => {
  system = await FaultySystem.start();
});
afterAll(async () => {
  await system[Symbol.asyncDispose]();
});

it.for(seeds)("keeps its promises whatever is killed, seed %i", { timeout: 300_000 }, async (seed) => {
  const report = await faultRun(system, seed);
  const { problems, ...facts } = report;
  if (process.env["FAULT_RUNS"] !== undefined) process.stderr.write(`${JSON.stringify(facts)}\n`);
  expect({ ...facts, problems }).toEqual({ ...facts, problems: [] });
  expect(report.events).toBeGreaterThan(500);
});
