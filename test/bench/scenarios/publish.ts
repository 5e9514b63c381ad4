import { median } from "../harness/measurement.ts";
import { cpuSeconds } from "../harness/process-meter.ts";
import { totalEvents, type Load, type Published } from "../load.ts";
import { loadOf, sized } from "./compare.ts";
import type { Figure, Scenario, ScenarioContext } from "./scenario.ts";

/** A pipeline of the bare XADDs has at most as many as one of our chunks. */
const chunk = 500;

/** The cost of publishing for a run, without any delivery. */
export const publish: Scenario = {
  name: "publish",
  about: "Publishing alone: our append, one BullMQ job per event, bare XADD in pipelines",
  async run(context) {
    const { bench, size } = context;
    const figures: Figure[] = [];
    for (const executions of [1, 100]) {
      const events = sized(size, { quick: 20_000, normal: 50_000, full: 100_000 });
      const load = loadOf({ carrier: "ours", urls: [""], executions, eventsEach: events / executions });
      const jobs = { ...load, carrier: "baseline", eventsEach: load.eventsEach / 5 } as const;
      const bySubject = {
        "bare XADD": () => bench.floor.call("xadd", { load, chunk }),
        "one job per event": () => publishOnly(context, jobs),
        ours: () => publishOnly(context, load),
      };
      for (const [name, execute] of Object.entries(bySubject))
        figures.push(...(await figuresOf(context, name, executions, execute)));
    }
    return { rows: [], figures, targets: [] };
  },
};

async function publishOnly({ bench }: ScenarioContext, load: Load): Promise<Published> {
  const run = `publish ${performance.now()}`;
  if (load.carrier === "baseline") await bench.publisher.call("hold", {});
  await bench.publisher.call("prepare", { run, load });
  const published = await bench.publisher.call("publish", { run });
  if (load.carrier === "baseline") await bench.publisher.call("obliterate", {});
  return { ...published, events: totalEvents(load) };
}

async function figuresOf(
  { bench, repetitions, say }: ScenarioContext,
  name: string,
  executions: number,
  execute: () => Promise<Published>,
): Promise<Figure[]> {
  say(`${name}, ${executions}`);
  const rates: number[] = [];
  const cpu: number[] = [];
  const used = (): number =>
    [bench.redis, bench.publisher, bench.floor].reduce((sum, { pid }) => sum + cpuSeconds(pid), 0);
  for (let round = 0; round <= repetitions; round += 1) {
    const before = used();
    const { events, startedAt, endedAt } = await execute();
    // The first round is for compilation.
    if (round === 0) continue;
    rates.push((events * 1000) / (endedAt - startedAt));
    cpu.push(((used() - before) * 1000) / events);
  }
  const what = `${name}, ${executions === 1 ? "1 execution" : `${executions} executions`}`;
  return [
    { name: what, value: median(rates), unit: "events/s" },
    { name: `${what}: CPU with Redis`, value: median(cpu), unit: "s per 1,000" },
  ];
}
