import { compare, loadOf, sized } from "./compare.ts";
import type { Scenario } from "./scenario.ts";

const executions = 100;

/** Every event in a separate request: as fast as possible, and at a steady rate. */
export const realtime: Scenario = {
  name: "realtime",
  about: "One request per event to one endpoint, 100 executions, events of 300 bytes",
  async run(context) {
    const { bench, size, say } = context;
    const urls = await bench.urls(1);
    const load = {
      mode: "realtime",
      urls,
      executions,
      eventsEach: sized(size, { quick: 40, normal: 100, full: 200 }),
    } as const;
    say("throughput");
    const throughput = await compare(context, [
      { load: loadOf({ ...load, carrier: "baseline" }) },
      { load: loadOf({ ...load, carrier: "ours" }) },
    ]);
    say("backlog");
    const backlog = await compare(context, [
      { load: loadOf({ ...load, carrier: "baseline", backlog: true }) },
      { load: loadOf({ ...load, carrier: "ours", backlog: true }) },
      { load: loadOf({ ...load, carrier: "floor" }) },
    ]);
    say("latency at 300 events/s");
    const steady = { ...load, eventsEach: sized(size, { quick: 10, normal: 18, full: 45 }), rate: 300 };
    const latency = await compare(context, [
      { load: loadOf({ ...steady, carrier: "baseline" }) },
      { load: loadOf({ ...steady, carrier: "ours" }) },
    ]);
    return {
      rows: [
        ...throughput.all.map((measurement) => ({ load: "as fast as it goes", measurement })),
        ...backlog.all.map((measurement) => ({ load: "a backlog", measurement })),
        ...latency.all.map((measurement) => ({ load: "300 events/s", measurement })),
      ],
      figures: [],
      targets: [
        {
          name: "realtime: events/s by the baseline's",
          value: throughput.ratio((m) => m.perSecond, "ours", "baseline"),
          limit: 1.1,
        },
        {
          name: "realtime: p50 publish to arrival by the baseline's",
          value: latency.ratio((m) => m.latency?.p50 ?? 0, "ours", "baseline"),
          limit: 1,
          atMost: true,
        },
        {
          name: "realtime: events/s of a backlog by the floor's",
          value: backlog.ratio((m) => m.perSecond, "ours", "floor"),
          limit: 0.7,
        },
      ],
    };
  },
};
