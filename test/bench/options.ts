import { parseArgs } from "node:util";
import type { Size } from "./scenarios/scenario.ts";

export interface Options {
  scenarios: readonly string[];
  size: Size;
  repetitions: number;
  profile: boolean;
  /** Writes the figures to docs/benchmarks.md. */
  docs: boolean;
  logLevel: string;
}

export const usage = `npm run bench -- [--scenario NAME]… [--quick | --full] [--repeat N] [--docs] [--cpu-prof] [--log-level LEVEL]

  --scenario NAME   only this one; may be given several times
  --quick           small sizes, for a look
  --full            long ones: an outage of 60 s, three repetitions
  --repeat N        repetitions of each measure, carriers taking turns; the medians are shown
  --cpu-prof        writes CPU profiles of the delivery worker and the publisher to .crewstream/bench/profiles
  --docs            writes targets and figures into docs/benchmarks.md
  --log-level       LOG_LEVEL of our processes; default warn, as the baseline logs nothing`;

/** @throws Error that names unknown options */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      scenario: { type: "string", multiple: true },
      quick: { type: "boolean" },
      full: { type: "boolean" },
      repeat: { type: "string" },
      "cpu-prof": { type: "boolean" },
      docs: { type: "boolean" },
      "log-level": { type: "string" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help === true) throw new Error(usage);
  const size = values.full === true ? "full" : values.quick === true ? "quick" : "normal";
  const repetitions = Number(values.repeat ?? { quick: 1, normal: 1, full: 3 }[size]);
  if (!Number.isInteger(repetitions) || repetitions < 1) throw new Error("--repeat takes a whole number from 1");
  return {
    scenarios: values.scenario ?? [],
    size,
    repetitions,
    profile: values["cpu-prof"] === true,
    docs: values.docs === true,
    logLevel: values["log-level"] ?? "warn",
  };
}
