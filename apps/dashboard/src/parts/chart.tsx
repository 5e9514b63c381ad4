import { useEffect, useRef, type ReactElement } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";

export interface Series {
  name: string;
  /** A token of the style, such as `--good`. */
  colour: string;
  values: readonly (number | null)[];
  filled?: boolean | undefined;
}

/** Distances of grid lines: whole numbers, as counts and milliseconds are. */
const wholeSteps = [0, 1, 2, 3, 4, 5, 6].flatMap((power) => [1, 2, 5].map((step) => step * 10 ** power));

/** Lines over time. `label` describes the picture in words; the numbers are also in the tiles and tables. */
export function Chart({
  label,
  times,
  series,
  format,
}: {
  label: string;
  times: readonly number[];
  series: readonly Series[];
  format: (value: number) => string;
}): ReactElement {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const shape = series.map(({ name }) => name).join("|");

  useEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const draw = (): void => {
      plot.current?.destroy();
      plot.current = new uPlot(options(element, series, format), dataOf(times, series), element);
    };
    draw();
    const resized = new ResizeObserver(() => {
      if (element.clientWidth > 0) plot.current?.setSize({ width: element.clientWidth, height: element.clientHeight });
    });
    resized.observe(element);
    // Colours are read from the style when the chart is drawn: a change of theme redraws it.
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    scheme.addEventListener("change", draw);
    const themed = new MutationObserver(draw);
    themed.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    return () => {
      resized.disconnect();
      themed.disconnect();
      scheme.removeEventListener("change", draw);
      plot.current?.destroy();
      plot.current = undefined;
    };
    // The data are set by `setData` below; only a different set of series needs a new chart.
  }, [shape]);

  useEffect(() => plot.current?.setData(dataOf(times, series)), [times, series]);
  return <div ref={box} className="chart" role="img" aria-label={label} />;
}

function dataOf(times: readonly number[], series: readonly Series[]): uPlot.AlignedData {
  return [times.map((ms) => ms / 1000), ...series.map(({ values }) => [...values])];
}

function options(element: HTMLElement, series: readonly Series[], format: (value: number) => string): uPlot.Options {
  const style = getComputedStyle(element);
  const colour = (token: string): string => resolveColour(element, style.getPropertyValue(token));
  const axis = {
    stroke: colour("--muted"),
    font: "11px system-ui, sans-serif",
    grid: { stroke: colour("--line"), width: 1 },
    ticks: { show: false },
  };
  return {
    width: element.clientWidth,
    height: element.clientHeight,
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 6 } },
    padding: [10, 18, 0, 0],
    scales: { y: { range: (_plot, _low, high) => [0, Math.max(1, (high ?? 0) * 1.1)] } },
    axes: [
      { ...axis, grid: { show: false }, size: 28, space: 70, values: (_plot, splits) => splits.map(axisTime(splits)) },
      {
        ...axis,
        size: 52,
        space: 34,
        incrs: [...wholeSteps],
        values: (_plot, splits) => splits.map((value) => format(value)),
      },
    ],
    series: [
      {},
      ...series.map(({ name, colour: token, filled, values }) => ({
        label: name,
        stroke: colour(token),
        width: 1.6,
        points: { show: isSparse(values), size: 5 },
        ...(filled === true ? { fill: `color-mix(in srgb, ${colour(token)} 16%, transparent)` } : {}),
      })),
    ],
  };
}

/** A line needs two points: single minutes with values are dots. */
function isSparse(values: Series["values"]): boolean {
  return values.filter((value) => value !== null).length < 8;
}

/** Days where the axis covers more than two, else hours and minutes. */
function axisTime(splits: readonly number[]): (seconds: number) => string {
  const isLong = (splits.at(-1) ?? 0) - (splits[0] ?? 0) > 2 * 86_400;
  return isLong ? (seconds) => dayFormat.format(seconds * 1000) : hourAndMinute;
}

const dayFormat = new Intl.DateTimeFormat("en", { month: "short", day: "numeric" });

function hourAndMinute(seconds: number): string {
  const date = new Date(seconds * 1000);
  return `${String(date.getHours()).padStart(2, "0")}:${String(date.getMinutes()).padStart(2, "0")}`;
}

/** A canvas does not support `light-dark()`: the element resolves it to a plain colour. */
function resolveColour(element: HTMLElement, value: string): string {
  const probe = document.createElement("span");
  probe.style.color = value;
  element.append(probe);
  const resolved = getComputedStyle(probe).color;
  probe.remove();
  return resolved;
}
