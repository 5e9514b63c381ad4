import { setTimeout as pause } from "node:timers/promises";
import type { Bench } from "../harness/bench.ts";
import { preciseNow } from "../load.ts";
import { loadOf, sized } from "./compare.ts";
import type { Figure, Row, Scenario } from "./scenario.ts";

const executions = 50;
const wellSeconds = 2;

/** The endpoint is down for a while, and events continue at a fixed rate; then everything that waited is delivered. */
export const outage: Scenario = {
  name: "outage",
  about: "An endpoint that is down while 500 events/s are published: how its backlog leaves when it is back",
  async run({ bench, size, say }) {
    const downSeconds = sized(size, { quick: 10, normal: 10, full: 60 });
    const rows: Row[] = [];
    const figures: Figure[] = [];
    for (const carrier of ["ours", "baseline"] as const) {
      say(`${carrier}, ${downSeconds} s`);
      const rate = 500;
      const [url = ""] = await bench.urls(1);
      const eventsEach = (rate * (wellSeconds + downSeconds)) / executions;
      const load = loadOf({ carrier, mode: "batched", urls: [url], executions, eventsEach, rate });
      let upAt = 0;
      let firstAt = 0;
      const measurement = await bench.measure(load, {
        timeoutMs: (downSeconds + 120) * 1000,
        during: async (run) => {
          await pause(wellSeconds * 1000);
          await bench.receiver.call("behave", { index: 0, behaviour: "refuse" });
          await pause(downSeconds * 1000);
          const before = await bench.receiver.call("count", { run });
          await bench.receiver.call("behave", { index: 0, behaviour: "answer" });
          upAt = preciseNow();
          await untilMore(bench, run, before);
          firstAt = preciseNow();
        },
      });
      rows.push({ load: `down for ${downSeconds} s`, measurement });
      const endedAt = measurement.startedAt + measurement.seconds * 1000;
      figures.push(
        { name: `${carrier}: back until the first delivery`, value: (firstAt - upAt) / 1000, unit: "s" },
        { name: `${carrier}: back until nothing waits`, value: (endedAt - upAt) / 1000, unit: "s" },
        { name: `${carrier}: most events in a second`, value: measurement.peakPerSecond, unit: "events/s" },
      );
    }
    return { rows, figures, targets: [] };
  },
};

async function untilMore(bench: Bench, run: string, count: number): Promise<void> {
  const giveUpAt = Date.now() + 120_000;
  while ((await bench.receiver.call("count", { run })) <= count && Date.now() < giveUpAt) await pause(10);
}
