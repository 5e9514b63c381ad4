import type { ReactElement } from "react";

/** A minute of an endpoint: the numbers of acknowledged and failed requests. */
export interface Bar {
  good: number;
  bad: number;
}

/** Acknowledged and failed requests per minute as small bars; `label` describes them in words. */
export function Sparkline({ bars, label }: { bars: readonly Bar[]; label: string }): ReactElement {
  const most = Math.max(1, ...bars.map(({ good, bad }) => good + bad));
  const width = 120 / Math.max(1, bars.length);
  return (
    <svg className="spark" viewBox="0 0 120 24" preserveAspectRatio="none" role="img" aria-label={label}>
      <line x1="0" x2="120" y1="23.5" y2="23.5" stroke="var(--line-strong)" strokeWidth="0.5" />
      {bars.map(({ good, bad }, index) => {
        const goodHeight = height(good, most);
        const badHeight = height(bad, most);
        const x = index * width + 0.3;
        return (
          <g key={index}>
            <rect x={x} width={width - 0.6} y={23 - goodHeight} height={goodHeight} fill="var(--good)" />
            <rect x={x} width={width - 0.6} y={23 - goodHeight - badHeight} height={badHeight} fill="var(--bad)" />
          </g>
        );
      })}
    </svg>
  );
}

/** A single failure among thousands is still visible. */
function height(value: number, most: number): number {
  return value === 0 ? 0 : Math.max(1.5, (value / most) * 20);
}
