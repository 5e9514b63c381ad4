import { lazy, Suspense, type ComponentProps, type CSSProperties, type ReactElement } from "react";
import type { Chart as ChartType } from "./chart.tsx";

const Chart = lazy(async () => ({ default: (await import("./chart.tsx")).Chart }));

/** A chart whose code comes after the page is there. */
export function LazyChart(props: ComponentProps<typeof ChartType>): ReactElement {
  return (
    <div>
      <Suspense fallback={<div className="chart" />}>
        <Chart {...props} />
      </Suspense>
      <div className="chart-key small muted">
        {props.series.map(({ name, colour }) => (
          <span key={name} style={{ "--key": `var(${colour})` } as CSSProperties}>
            {name}
          </span>
        ))}
      </div>
    </div>
  );
}
