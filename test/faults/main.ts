import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import type { FaultReport } from "./fault-run.ts";
import { figures, writeFigures } from "./figures.ts";

const usage = `npm run test:faults -- [--runs N] [--seed S] [--lanes L] [--report FILE] [--docs]
  --runs N       as many runs, each with the next seed; 10
  --seed S       of the first one; 1
  --lanes L      so many at a time, each with a system of its own: a run is mostly waiting; 1
  --report FILE  adds each run to FILE, a line each; the figures at the end cover all runs in it
  --docs         puts that into docs/faults.md
`;

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "10" },
    seed: { type: "string", default: "1" },
    lanes: { type: "string", default: "1" },
    report: { type: "string" },
    docs: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (values.help) {
  process.stdout.write(usage);
  process.exit(0);
}
const [runs, seed, lanes] = [values.runs, values.seed, values.lanes].map(Number) as [number, number, number];
const report = resolve(values.report ?? join(mkdtempSync(join(tmpdir(), "crewstream-faults-")), "runs.ndjson"));
appendFileSync(report, "");

const perLane = Math.ceil(runs / lanes);
const starts = Array.from({ length: lanes }, (_, lane) => lane * perLane).filter((start) => start < runs);
const codes = await Promise.all(starts.map((start) => runLane(seed + start, Math.min(perLane, runs - start))));

const all = readFileSync(report, "utf8")
  .split("\n")
  .filter((line) => line !== "")
  .map((line) => JSON.parse(line) as FaultReport);
if (all.length > 0) {
  process.stdout.write(`${figures(all)}\nEach run is in ${report}.\n`);
  if (values.docs) writeFigures(all);
}
process.exit(codes.every((code) => code === 0) ? 0 : 1);

async function runLane(first: number, count: number): Promise<number | null> {
  const lane = spawn(
    "vitest",
    ["run", "--config", "test/vitest.config.ts", "--project", "e2e", "test/e2e/faults.test.ts"],
    {
      stdio: "inherit",
      env: { ...process.env, FAULT_RUNS: String(count), FAULT_SEED: String(first), FAULT_REPORT: report },
    },
  );
  const [code] = (await once(lane, "exit")) as [number | null];
  return code;
}
