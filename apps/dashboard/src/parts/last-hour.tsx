import type { Stats } from "@crewstream/contracts";
import { useMemo, type ReactElement } from "react";
import { count } from "../format/number.ts";
import { duration } from "../format/time.ts";
import { LazyChart } from "./lazy-chart.tsx";
import { Card } from "./page.tsx";

type Minute = Stats["minutes"][number];

/** A line of the left chart; `verb` adds its total to the chart's description: `12 events published`. */
export interface HourLine {
  name: string;
  verb: string;
  colour: string;
  pick: (minute: Minute) => number;
  filled?: boolean;
}

/**
 * The last hour by minutes: the traffic, and next to it the duration of attempts.
 * @param lines defined once, outside of the component: the chart is recreated when they change
 */
export function LastHour({
  title,
  minutes: all,
  lines,
}: {
  title: string;
  minutes: readonly Minute[];
  lines: readonly HourLine[];
}): ReactElement {
  // The current minute would look like a drop.
  const minutes = useMemo(() => all.slice(0, -1), [all]);
  const times = useMemo(() => minutes.map(({ at }) => Date.parse(at)), [minutes]);
  const counts = useMemo(
    () => lines.map(({ name, colour, pick, filled }) => ({ name, colour, values: minutes.map(pick), filled })),
    [lines, minutes],
  );
  const latency = useMemo(
    () => [
      { name: "p95", colour: "--warn", values: minutes.map(({ p95_ms }) => p95_ms) },
      { name: "p50", colour: "--info", values: minutes.map(({ p50_ms }) => p50_ms) },
    ],
    [minutes],
  );
  const sums = lines.map(({ verb, pick }) => `${count(minutes.reduce((sum, each) => sum + pick(each), 0))} ${verb}`);
  return (
    <div className="columns">
      <Card title={title} aside="last hour" padded>
        <LazyChart label={`Last hour: ${sums.join(", ")}`} times={times} series={counts} format={count} />
      </Card>
      <Card title="Response time" aside="last hour" padded>
        <LazyChart
          label="Median and 95th percentile of the response time, per minute of the last hour"
          times={times}
          series={latency}
          format={duration}
        />
      </Card>
    </div>
  );
}
