import { compare, largeBytes, loadOf, sized } from "./compare.ts";
import type { Scenario } from "./scenario.ts";

/** As many as fit 256 KiB, the default of `WEBHOOK_BATCH_MAX_BYTES`. */
const perBatch = 13;

/** Events of 20 kB: the size of prompts and responses. */
export const large: Scenario = {
  name: "large",
  about: "Events of 20 kB, 50 executions",
  async run(context) {
    const { bench, size, say } = context;
    const urls = await bench.urls(1);
    const load = {
      urls,
      executions: 50,
      eventsEach: sized(size, { quick: 26, normal: 52, full: 130 }),
      bytes: largeBytes,
    };
    say("batched");
    const batches = await compare(context, [
      { load: loadOf({ ...load, carrier: "baseline" }) },
      { load: loadOf({ ...load, carrier: "ours" }) },
      { load: loadOf({ ...load, carrier: "floor" }), eventsPerBody: perBatch },
    ]);
    say("realtime");
    const single = await compare(context, [
      { load: loadOf({ ...load, mode: "realtime", carrier: "ours" }) },
      { load: loadOf({ ...load, mode: "realtime", carrier: "floor" }) },
    ]);
    return {
      rows: [
        ...batches.all.map((measurement) => ({ load: "batched", measurement })),
        ...single.all.map((measurement) => ({ load: "realtime", measurement })),
      ],
      figures: [
        {
          name: "batched by the baseline",
          value: batches.ratio((m) => m.perSecond, "ours", "baseline"),
          unit: "× events/s",
        },
        {
          name: "batched by the baseline",
          value: batches.ratio((m) => m.cpu, "ours", "baseline"),
          unit: "× CPU per event",
        },
      ],
      targets: [],
    };
  },
};
