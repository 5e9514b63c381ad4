import type { Stats, StatsRange } from "@crewstream/contracts";
import { useMemo, type ReactElement } from "react";
import { useStatsHistory } from "../api/stats.ts";
import { count, rate } from "../format/number.ts";
import { duration } from "../format/time.ts";
import { LazyChart } from "./lazy-chart.tsx";
import { Card } from "./page.tsx";
import { rangeTexts, RangeSelect, useRange } from "./range.tsx";
import { Empty, Loaded } from "./states.tsx";

type Step = Stats["minutes"][number];

/** A chart of fewer steps says little. */
const minSteps = 10;

/** A line of the left chart; `verb` adds its total to the chart's description: `12 events published`. */
export interface TrafficLine {
  name: string;
  verb: string;
  colour: string;
  pick: (step: Step) => number;
  filled?: boolean;
}

/**
 * Traffic over a chosen range, and next to it the response times.
 * @param lines defined once, outside of the component: the chart is redrawn when they change
 */
export function Traffic({
  title,
  lines,
  endpoint,
}: {
  title: string;
  lines: readonly TrafficLine[];
  endpoint?: string;
}): ReactElement {
  const [range, setRange] = useRange("1h");
  const query = useStatsHistory(range, endpoint);
  const steps = useMemo(() => shownSteps(query.data?.steps ?? [], range), [query.data, range]);
  const select = <RangeSelect value={range} onChange={setRange} />;
  if (query.data === undefined || steps.length === 0) {
    return (
      <Card title={title} aside={select}>
        <Loaded query={query} what="the traffic">
          {() => <Empty title={`Nothing in the ${rangeTexts[range].toLowerCase()}`} />}
        </Loaded>
      </Card>
    );
  }
  return <Charts title={title} lines={lines} steps={steps} range={range} select={select} />;
}

/**
 * From the first step with traffic on; empty without any. The minute under way would look like a fall: it is shown only
 * if there is nothing else.
 */
function shownSteps(all: readonly Step[], range: StatsRange): readonly Step[] {
  const ended = range === "15m" || range === "1h" ? all.slice(0, -1) : all;
  const steps = ended.some(hasTraffic) ? ended : all;
  const first = steps.findIndex(hasTraffic);
  return first < 0 ? [] : steps.slice(Math.max(0, Math.min(first - 1, steps.length - minSteps)));
}

function hasTraffic({ delivered, failed, published }: Step): boolean {
  return delivered + failed + published > 0;
}

function Charts({
  title,
  lines,
  steps,
  range,
  select,
}: {
  title: string;
  lines: readonly TrafficLine[];
  steps: readonly Step[];
  range: StatsRange;
  select: ReactElement;
}): ReactElement {
  const times = useMemo(() => steps.map(({ at }) => Date.parse(at)), [steps]);
  // Hours count sixty times as much as minutes: every range shows a rate per minute.
  const perMinute = range === "15m" || range === "1h" ? 1 : 1 / 60;
  const counts = useMemo(
    () =>
      lines.map(({ name, colour, pick, filled }) => ({
        name,
        colour,
        values: steps.map((step) => pick(step) * perMinute),
        filled,
      })),
    [lines, steps, perMinute],
  );
  const latency = useMemo(
    () => [
      { name: "p95", colour: "--warn", values: steps.map(({ p95_ms }) => p95_ms) },
      { name: "p50", colour: "--info", values: steps.map(({ p50_ms }) => p50_ms) },
    ],
    [steps],
  );
  const sums = lines.map(({ verb, pick }) => `${count(steps.reduce((sum, each) => sum + pick(each), 0))} ${verb}`);
  return (
    <div className="columns">
      <Card title={title} aside={select} padded>
        <LazyChart label={`${rangeTexts[range]}: ${sums.join(", ")}`} times={times} series={counts} format={rate} />
      </Card>
      <Card title="Response time" aside={rangeTexts[range].toLowerCase()} padded>
        <LazyChart
          label={`Median and 95th percentile of the response time, ${rangeTexts[range].toLowerCase()}`}
          times={times}
          series={latency}
          format={duration}
        />
      </Card>
    </div>
  );
}
