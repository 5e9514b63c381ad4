import { median } from "../harness/measurement.ts";
import { setTimeout as pause } from "node:timers/promises";
import type { Carrier } from "../load.ts";
import { loadOf, sized, warmUp } from "./compare.ts";
import type { Row, Scenario, ScenarioContext } from "./scenario.ts";

const rate = 100;
/** Lets the hanging endpoint's requests pile up before the other's are measured. */
const headStartMs = 1000;

/**
 * Five hundred executions whose endpoint accepts requests and never responds, next to twenty with a healthy endpoint.
 */
export const hangingEndpoint: Scenario = {
  name: "hanging-endpoint",
  about: "Realtime deliveries of one endpoint, alone and beside another that hangs and is fed by 500 executions",
  async run(context) {
    const rows: Row[] = [];
    const ours = await p99Beside(context, "ours", rows);
    const baseline = await p99Beside(context, "baseline", rows);
    return {
      rows,
      figures: [
        { name: "ours: p99 with a hanging endpoint, relative to alone", value: ours, unit: "×" },
        { name: "baseline: the same", value: baseline, unit: "×" },
      ],
      targets: [],
    };
  },
};

async function p99Beside(
  { bench, size, repetitions, say }: ScenarioContext,
  carrier: Carrier,
  rows: Row[],
): Promise<number> {
  const [well = "", hanging = ""] = await bench.urls(2);
  const eventsEach = sized(size, { quick: 40, normal: 50, full: 100 });
  const load = loadOf({ carrier, mode: "realtime", urls: [well], executions: 20, eventsEach, rate });
  await warmUp(bench, [load]);
  const ratios: number[] = [];
  for (let round = 0; round < repetitions; round += 1) {
    say(`${carrier}, alone`);
    const alone = await bench.measure(load);
    say(`${carrier}, beside 500 executions of an endpoint that hangs`);
    await bench.receiver.call("behave", { index: 1, behaviour: "hang" });
    const crowd = await bench.background(
      loadOf({ carrier, mode: "realtime", urls: [hanging], executions: 500, eventsEach: 4, rate: 500 }),
    );
    await pause(headStartMs);
    const beside = await bench.measure(load);
    await bench.receiver.call("behave", { index: 1, behaviour: "answer" });
    beside.lost += await crowd.arrived();
    ratios.push((beside.latency?.p99 ?? 0) / (alone.latency?.p99 ?? 1));
    if (round === repetitions - 1) {
      rows.push(
        { load: `${rate} events/s, alone`, measurement: alone },
        { load: "with a hanging one", measurement: beside },
      );
    }
  }
  return median(ratios);
}
