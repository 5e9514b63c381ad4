import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";

/** `npm run test:faults -- --runs N --seed S`: as many fault runs as wanted, each with the next seed. */
const { values } = parseArgs({
  options: { runs: { type: "string", default: "10" }, seed: { type: "string", default: "1" } },
});
const { status } = spawnSync(
  "vitest",
  ["run", "--config", "test/vitest.config.ts", "--project", "e2e", "test/e2e/faults.test.ts"],
  { stdio: "inherit", env: { ...process.env, FAULT_RUNS: values.runs, FAULT_SEED: values.seed } },
);
process.exit(status ?? 1);
