import type { Bench } from "../harness/bench.ts";
import type { Measurement } from "../harness/measurement.ts";

/** How much is measured: `quick` for a first impression, `full` for published figures. */
export type Size = "quick" | "normal" | "full";

export interface ScenarioContext {
  bench: Bench;
  size: Size;
  /** Repetitions of each measurement, its carriers taking turns. */
  repetitions: number;
  say: (sentence: string) => void;
}

/** One line of the table: a load on a carrier. */
export interface Row {
  /** What was loaded, e.g. `100 executions`. */
  load: string;
  measurement: Measurement;
}

/** A figure that is not a line of the table. */
export interface Figure {
  name: string;
  value: number;
  unit: string;
}

/** A performance target as a ratio within this run. */
export interface Target {
  name: string;
  value: number;
  /** At least this, or with `atMost` at most this. */
  limit: number;
  atMost?: boolean;
}

export interface Outcome {
  rows: Row[];
  figures: Figure[];
  targets: Target[];
}

export interface Scenario {
  name: string;
  /** The question that it answers, in a sentence. */
  about: string;
  run(context: ScenarioContext): Promise<Outcome>;
}

export function isMet({ value, limit, atMost }: Target): boolean {
  return atMost === true ? value <= limit : value >= limit;
}
