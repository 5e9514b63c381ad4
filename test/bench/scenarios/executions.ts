import { batchEvents, compare, loadOf, sized } from "./compare.ts";
import type { Figure, Row, Scenario } from "./scenario.ts";

const counts = [1, 10, 100, 1000];

/** The same number of events from one long run up to thousands of short ones at once. */
export const executions: Scenario = {
  name: "executions",
  about: "1 to 5,000 executions at once; cost per event must not depend on it",
  async run(context) {
    const { bench, size, say } = context;
    const urls = await bench.urls(1);
    const rows: Row[] = [];
    const cost = new Map<number, number>();
    // From one run of 100,000 events to 1,000 runs of 100: full batches throughout.
    const total = sized(size, { quick: 20_000, normal: 100_000, full: 100_000 });
    // The first one would pay for the compiler's warm-up.
    await compare(context, [{ load: loadOf({ carrier: "ours", urls, executions: 100, eventsEach: total / 100 }) }]);
    for (const count of counts) {
      say(`batched, ${count}`);
      const load = loadOf({ carrier: "ours", urls, executions: count, eventsEach: total / count });
      const measured = await compare(context, [{ load }]);
      rows.push(
        ...measured.all.map((measurement) => ({ load: `batched, ${count} × ${load.eventsEach}`, measurement })),
      );
      cost.set(count, measured.of("ours").cpu);
    }
    say("batched, 5,000");
    const many = loadOf({ carrier: "ours", urls, executions: 5000, eventsEach: total / 5000 });
    const crowd = await compare(context, [{ load: many }]);
    rows.push(...crowd.all.map((measurement) => ({ load: `batched, 5000 × ${many.eventsEach}`, measurement })));

    const singly = sized(size, { quick: 1000, normal: 5000, full: 20_000 });
    for (const count of size === "quick" ? [1, 100, 1000] : [1, 100, 1000, 5000]) {
      say(`realtime, ${count}`);
      const load = loadOf({
        carrier: "ours",
        mode: "realtime",
        urls,
        executions: count,
        eventsEach: Math.max(1, singly / count),
      });
      const { all } = await compare(context, [{ load }]);
      rows.push(...all.map((measurement) => ({ load: `realtime, ${count} × ${load.eventsEach}`, measurement })));
    }

    // If an execution does not fill a batch, the cost is that of smaller batches and not of more executions.
    const full = counts.filter((count) => total / count >= batchEvents);
    const costs = full.map((count) => cost.get(count) ?? 0);
    const figures: Figure[] = full.map((count) => ({
      name: `CPU per event by that at 100 executions, ${count}`,
      value: (cost.get(count) ?? 0) / (cost.get(100) ?? 1),
      unit: "",
    }));
    const spread = Math.max(...costs) / Math.min(...costs);
    return {
      rows,
      figures,
      targets: [
        {
          name: "CPU per event from 1 to 1,000 executions and 100,000 to 100 events each, highest by lowest",
          value: spread,
          limit: 1.15,
          atMost: true,
        },
      ],
    };
  },
};
