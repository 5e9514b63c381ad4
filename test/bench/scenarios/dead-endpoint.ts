import { median, type Measurement } from "../harness/measurement.ts";
import type { Carrier, Load } from "../load.ts";
import { endpointConcurrency, loadOf, sized, warmUp } from "./compare.ts";
import type { Row, Scenario, ScenarioContext } from "./scenario.ts";

const endpoints = 10;
const deadIndex = 9;

/** Ten endpoints of which one refuses every connection: what it costs the nine others. */
export const deadEndpoint: Scenario = {
  name: "dead-endpoint",
  about: "One dead endpoint among ten, 100 executions: the throughput of the other nine",
  async run(context) {
    const { size } = context;
    const rows: Row[] = [];
    const batched = await beside(
      context,
      "ours",
      "batched",
      sized(size, { quick: 200, normal: 600, full: 1500 }),
      rows,
    );
    const realtime = await beside(context, "ours", "realtime", sized(size, { quick: 20, normal: 60, full: 150 }), rows);
    const baseline = await beside(
      context,
      "baseline",
      "realtime",
      sized(size, { quick: 20, normal: 60, full: 150 }),
      rows,
    );
    return {
      rows,
      figures: [
        { name: "baseline: events/s of nine with a dead tenth, relative to nine alone", value: baseline, unit: "" },
      ],
      targets: [
        { name: "batched: events/s of nine with a dead tenth, relative to nine alone", value: batched, limit: 0.9 },
        { name: "realtime: events/s of nine with a dead tenth, relative to nine alone", value: realtime, limit: 0.9 },
      ],
    };
  },
};

/** Nine endpoints with ninety executions, and the same with a dead tenth one; the ratio of their throughputs. */
async function beside(
  { bench, repetitions, say }: ScenarioContext,
  carrier: Carrier,
  mode: Load["mode"],
  eventsEach: number,
  rows: Row[],
): Promise<number> {
  say(`${carrier}, ${mode}`);
  const urls = await bench.urls(endpoints);
  const load = loadOf({ carrier, mode, urls, eventsEach, executions: 100, concurrency: endpointConcurrency * 6 });
  const alone = { ...load, urls: urls.slice(0, deadIndex), executions: 90 };
  await warmUp(bench, [load]);
  const ratios: number[] = [];
  let last: [Measurement, Measurement] | undefined;
  for (let round = 0; round < repetitions; round += 1) {
    const without = await bench.measure(alone);
    await bench.receiver.call("behave", { index: deadIndex, behaviour: "refuse" });
    const expected = 90 * eventsEach;
    const recover = (): Promise<void> => bench.receiver.call("behave", { index: deadIndex, behaviour: "answer" });
    const withDead = await bench.measure(load, { expected, recover });
    ratios.push(withDead.perSecond / without.perSecond);
    last = [without, withDead];
  }
  if (last !== undefined) {
    rows.push(
      { load: `${mode}, nine alone`, measurement: last[0] },
      { load: `${mode}, with a dead one`, measurement: last[1] },
    );
  }
  return median(ratios);
}
