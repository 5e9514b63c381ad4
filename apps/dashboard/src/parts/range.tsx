import type { StatsRange } from "@crewstream/contracts";
import type { ReactElement } from "react";
import { useQueryValue } from "../routing/route.ts";

export const rangeTexts: Readonly<Record<StatsRange, string>> = {
  "15m": "Last 15 minutes",
  "1h": "Last hour",
  "24h": "Last 24 hours",
  "7d": "Last 7 days",
};

export function isRange(value: string): value is StatsRange {
  return Object.hasOwn(rangeTexts, value);
}

/** The range of a page's numbers, kept in its address. */
export function useRange(fallback: StatsRange): [StatsRange, (range: string) => void] {
  const [value, setValue] = useQueryValue("range");
  return [isRange(value) ? value : fallback, setValue];
}

export function RangeSelect({
  value,
  onChange,
}: {
  value: StatsRange;
  onChange: (range: string) => void;
}): ReactElement {
  return (
    <label>
      <span className="hidden-label">Range</span>
      <select value={value} onChange={(event) => onChange(event.target.value)}>
        {Object.entries(rangeTexts).map(([range, text]) => (
          <option key={range} value={range}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}
