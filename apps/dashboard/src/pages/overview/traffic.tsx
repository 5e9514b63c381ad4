import type { Stats } from "@crewstream/contracts";
import { useMemo, type ReactElement } from "react";
import { count } from "../../format/number.ts";
import { duration } from "../../format/time.ts";
import { LazyChart } from "../../parts/lazy-chart.tsx";
import { Card } from "../../parts/page.tsx";

/** The last hour: what was published and delivered, and how long the endpoints took. */
export function Traffic({ stats }: { stats: Pick<Stats, "minutes"> }): ReactElement {
  // The minute that is under way would look like a fall.
  const minutes = useMemo(() => stats.minutes.slice(0, -1), [stats.minutes]);
  const times = useMemo(() => minutes.map(({ at }) => Date.parse(at)), [minutes]);
  const events = useMemo(
    () => [
      { name: "Events delivered", colour: "--good", values: minutes.map((minute) => minute.events), filled: true },
      { name: "Events published", colour: "--info", values: minutes.map((minute) => minute.published) },
      { name: "Failed attempts", colour: "--bad", values: minutes.map((minute) => minute.failed) },
    ],
    [minutes],
  );
  const latency = useMemo(
    () => [
      { name: "p95", colour: "--warn", values: minutes.map((minute) => minute.p95_ms) },
      { name: "p50", colour: "--info", values: minutes.map((minute) => minute.p50_ms) },
    ],
    [minutes],
  );
  const sum = (pick: (minute: Stats["minutes"][number]) => number): string =>
    count(minutes.reduce((total, minute) => total + pick(minute), 0));
  return (
    <div className="columns">
      <Card title="Events a minute" aside="last hour" padded>
        <LazyChart
          label={`Last hour: ${sum((m) => m.published)} events published, ${sum((m) => m.events)} delivered, ${sum((m) => m.failed)} attempts failed`}
          times={times}
          series={events}
          format={count}
        />
      </Card>
      <Card title="Time of an attempt" aside="last hour" padded>
        <LazyChart
          label="Median and 95th percentile of the time of an attempt, per minute of the last hour"
          times={times}
          series={latency}
          format={duration}
        />
      </Card>
    </div>
  );
}
