import { plural as pluralOf } from "@crewstream/contracts";

const grouped = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

/** `12,345`, and `1.2M` from a hundred thousand on. */
export function count(value: number): string {
  return value >= 100_000 ? compact.format(value) : grouped.format(value);
}

/** A rate per second with its significant digits: `0`, `0.3`, `12`, `1.2K`. */
export function rate(value: number): string {
  if (value === 0) return "0";
  if (value < 0.05) return "<0.1";
  if (value < 10) return value.toFixed(1);
  return count(value);
}

/** A share of 1 as a percentage that reaches 100 only when nothing is missing: `99.9%`, not `100%`, of 0.9999. */
export function percent(share: number): string {
  const value = share * 100;
  if (value === 0 || value === 100) return `${value}%`;
  const digits = value > 90 || value < 10 ? 1 : 0;
  const factor = 10 ** digits;
  return `${(value > 50 ? Math.floor(value * factor) / factor : Math.ceil(value * factor) / factor).toFixed(digits)}%`;
}

/** Bytes in binary units: `312 B`, `4.1 KiB`. */
export function bytes(value: number): string {
  if (value < 1024) return `${value} B`;
  return value < 1024 * 1024 ? `${(value / 1024).toFixed(1)} KiB` : `${(value / 1024 / 1024).toFixed(1)} MiB`;
}

/** `1 delivery`, `3 deliveries`; large numbers as {@link count} shows them. */
export function plural(value: number, one: string, many?: string): string {
  return pluralOf(value, one, many, count);
}
