import { Suspense, type ComponentProps, type CSSProperties, type ReactElement } from "react";
import { Boundary } from "../loading/boundary.tsx";
import { lazyPart } from "../loading/lazy-part.ts";
import type { Chart as ChartType } from "./chart.tsx";

const chart = lazyPart(async () => (await import("./chart.tsx")).Chart);

/** A chart whose code is loaded after the page is shown. */
export function LazyChart(props: ComponentProps<typeof ChartType>): ReactElement {
  return (
    <div>
      <Boundary what="The chart" renew={chart.renew}>
        <Suspense fallback={<div className="chart" />}>
          <chart.Component {...props} />
        </Suspense>
      </Boundary>
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
