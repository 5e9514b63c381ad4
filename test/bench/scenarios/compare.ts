import type { Bench } from "../harness/bench.ts";
import { combine, median, type Measurement } from "../harness/measurement.ts";
import type { Carrier, Load } from "../load.ts";
import type { ScenarioContext, Size } from "./scenario.ts";

/** Requests in flight per endpoint: the default of `WEBHOOK_ENDPOINT_CONCURRENCY`, also for the other carriers. */
export const endpointConcurrency = 32;
/** Events in a batch of small ones: the default of `WEBHOOK_BATCH_MAX_EVENTS`. */
export const batchEvents = 100;
export const smallBytes = 300;
export const largeBytes = 20_000;

export function loadOf(load: Partial<Load> & Pick<Load, "carrier" | "urls">): Load {
  return {
    mode: "batched",
    executions: 100,
    eventsEach: 100,
    bytes: smallBytes,
    concurrency: endpointConcurrency,
    ...load,
  };
}

/** A size's own number. */
export function sized<Value>(size: Size, values: Record<Size, Value>): Value {
  return values[size];
}

/** Measurements by carrier: the medians, and each repetition. */
export interface Comparison {
  of(carrier: Carrier): Measurement;
  /** The median over the repetitions of one carrier's figure divided by another's, each pair measured in succession. */
  ratio(pick: (measurement: Measurement) => number, above: Carrier, below: Carrier): number;
  all: Measurement[];
}

/** Measures loads in turns, repeatedly: a temporary disturbance of the machine affects them all. */
export async function compare(
  { bench, repetitions }: Pick<ScenarioContext, "bench" | "repetitions">,
  loads: readonly { load: Load; eventsPerBody?: number }[],
): Promise<Comparison> {
  const rounds: Map<Carrier, Measurement>[] = [];
  await warmUp(
    bench,
    loads.map(({ load }) => load),
  );
  for (let round = 0; round < repetitions; round += 1) {
    const measured = new Map<Carrier, Measurement>();
    for (const { load, eventsPerBody } of loads) {
      measured.set(load.carrier, await bench.measure(load, eventsPerBody === undefined ? {} : { eventsPerBody }));
    }
    rounds.push(measured);
  }
  const each = (carrier: Carrier): Measurement[] => rounds.flatMap((round) => round.get(carrier) ?? []);
  return {
    of: (carrier) => combine(each(carrier)),
    ratio: (pick, above, below) => {
      const ratios = rounds.flatMap((round) => {
        const [high, low] = [round.get(above), round.get(below)];
        return high === undefined || low === undefined ? [] : [pick(high) / pick(low)];
      });
      return median(ratios);
    },
    all: loads.map(({ load }) => combine(each(load.carrier))),
  };
}

const warm = new WeakMap<Bench, Set<string>>();

/** Warm-up for compiled code and open connections: each carrier and mode runs once unmeasured. */
export async function warmUp(bench: Bench, loads: readonly Load[]): Promise<void> {
  const done = warm.get(bench) ?? new Set();
  warm.set(bench, done);
  for (const load of loads) {
    const kind = `${load.carrier} ${load.mode}`;
    if (done.has(kind)) continue;
    done.add(kind);
    const { rate: _rate, ...rest } = load;
    await bench.measure(
      {
        ...rest,
        executions: 20,
        eventsEach: load.mode === "batched" && load.carrier !== "baseline" ? 500 : 100,
        bytes: smallBytes,
      },
      { eventsPerBody: load.mode === "batched" ? batchEvents : 1 },
    );
  }
}
