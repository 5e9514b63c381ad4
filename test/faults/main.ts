import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { FaultReport } from "./fault-run.ts";
import { addTallies } from "./tally.ts";

/**
 * `npm run test:faults -- --runs N --seed S`: as many fault runs as wanted, each with the next seed, and what happened
 * in them all.
 */
const { values } = parseArgs({
  options: { runs: { type: "string", default: "10" }, seed: { type: "string", default: "1" } },
});
const report = join(mkdtempSync(join(tmpdir(), "crewstream-faults-")), "runs.ndjson");
writeFileSync(report, "");
const { status } = spawnSync(
  "vitest",
  ["run", "--config", "test/vitest.config.ts", "--project", "e2e", "test/e2e/faults.test.ts"],
  { stdio: "inherit", env: { ...process.env, FAULT_RUNS: values.runs, FAULT_SEED: values.seed, FAULT_REPORT: report } },
);
const runs = readFileSync(report, "utf8")
  .split("\n")
  .filter((line) => line !== "")
  .map((line) => JSON.parse(line) as FaultReport);
const kept = runs.filter(({ problems }) => problems.length === 0);
const seconds = runs.reduce((sum, run) => sum + run.seconds, 0);
const numbers = runs.map((run) => run.numbers);
process.stdout.write(
  `${kept.length} of ${values.runs} runs kept every promise, in ${seconds} s. Each is in ${report}\n`,
);
if (numbers.length > 0) process.stdout.write(`${JSON.stringify(numbers.reduce(addTallies), undefined, 2)}\n`);
process.exit(status ?? 1);
