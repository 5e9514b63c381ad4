import { join } from "node:path";
import { Bench } from "./harness/bench.ts";
import type { Options } from "./options.ts";
import { writeBenchmarksPage } from "./report/markdown.ts";
import { describeMachine } from "./report/machine.ts";
import { printOutcome, targetLine } from "./report/print.ts";
import { resultsFolder, saveResults } from "./report/save.ts";
import { scenarios } from "./scenarios/all.ts";
import type { Outcome } from "./scenarios/scenario.ts";

/** Runs the requested scenarios, prints their results, and stores them as JSON. */
export async function runBench(options: Options): Promise<void> {
  const unknown = options.scenarios.filter((name) => !scenarios.some((scenario) => scenario.name === name));
  if (unknown.length > 0) {
    throw new Error(`No scenario ${unknown.join(", ")}; there are ${scenarios.map(({ name }) => name).join(", ")}.`);
  }
  const chosen = scenarios.filter(({ name }) => options.scenarios.length === 0 || options.scenarios.includes(name));
  await using bench = await Bench.start({
    logLevel: options.logLevel,
    ...(options.profile ? { profiles: join(resultsFolder, "profiles") } : {}),
  });
  const stop = (): void => void bench[Symbol.asyncDispose]().finally(() => process.exit(130));
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
  const at = new Date().toISOString();
  const machine = describeMachine(bench.redis.version);
  console.log(
    Object.entries(machine)
      .map(([name, value]) => `${name} ${value}`)
      .join(", "),
  );

  let path = "";
  const outcomes: Record<string, Outcome> = {};
  for (const scenario of chosen) {
    const say = (sentence: string): void => console.error(`  ${scenario.name}: ${sentence}`);
    const { size, repetitions } = options;
    outcomes[scenario.name] = await scenario.run({ bench, size, repetitions, say });
    printOutcome(scenario, outcomes[scenario.name] ?? { rows: [], figures: [], targets: [] });
    // Written after each scenario, so that an interrupted long run is not lost.
    path = await saveResults({ at, machine, options, outcomes } as { at: string });
  }
  const { size, repetitions } = options;
  if (options.docs) await writeBenchmarksPage({ at, machine, size, repetitions, outcomes });
  console.log(`\n## targets\n`);
  for (const { targets } of Object.values(outcomes)) for (const target of targets) console.log(targetLine(target));
  console.log(`\n${path}`);
}
