import { batchEvents, compare, loadOf, sized } from "./compare.ts";
import type { Scenario } from "./scenario.ts";

const executions = 100;

/** Small events of a hundred runs to one endpoint in batches: as fast as possible, and at a steady rate. */
export const batched: Scenario = {
  name: "batched",
  about: "Batches to one endpoint, 100 executions, events of 300 bytes",
  async run(context) {
    const { bench, size, say } = context;
    const urls = await bench.urls(1);
    const events = sized(size, { quick: 400, normal: 1000, full: 2000 });
    say("throughput");
    const singleEach = sized(size, { quick: 40, normal: 100, full: 200 });
    const throughput = await compare(context, [
      { load: loadOf({ carrier: "baseline", urls, executions, eventsEach: singleEach }) },
      { load: loadOf({ carrier: "ours", urls, executions, eventsEach: events }) },
    ]);
    say("backlog");
    const backlog = await compare(context, [
      { load: loadOf({ carrier: "baseline", urls, executions, eventsEach: singleEach, backlog: true }) },
      { load: loadOf({ carrier: "ours", urls, executions, eventsEach: events, backlog: true }) },
      { load: loadOf({ carrier: "floor", urls, executions, eventsEach: events }), eventsPerBody: batchEvents },
    ]);
    say("latency at 1,000 events/s");
    const eventsEach = sized(size, { quick: 30, normal: 60, full: 150 });
    const latency = await compare(context, [
      { load: loadOf({ carrier: "baseline", urls, executions, eventsEach, rate: 1000 }) },
      { load: loadOf({ carrier: "ours", urls, executions, eventsEach, rate: 1000 }) },
    ]);
    return {
      rows: [
        ...throughput.all.map((measurement) => ({ load: "as fast as it goes", measurement })),
        ...backlog.all.map((measurement) => ({ load: "a backlog", measurement })),
        ...latency.all.map((measurement) => ({ load: "1,000 events/s", measurement })),
      ],
      figures: [],
      targets: [
        {
          name: "batched: events/s by the baseline's",
          value: throughput.ratio((m) => m.perSecond, "ours", "baseline"),
          limit: 6,
        },
        {
          name: "batched: CPU per event by the baseline's",
          value: throughput.ratio((m) => m.cpu, "ours", "baseline"),
          limit: 0.2,
          atMost: true,
        },
        {
          name: "batched: events/s of a backlog by the floor's",
          value: backlog.ratio((m) => m.perSecond, "ours", "floor"),
          limit: 0.6,
        },
      ],
    };
  },
};
