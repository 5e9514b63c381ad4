/** A ratio as a percentage that reaches 100 only when nothing is missing; `-` if there is none. */
export function percent(share: number | null): string {
  if (share === null) return "-";
  return share === 1 ? "100 %" : `${(Math.floor(share * 1000) / 10).toFixed(1)} %`;
}

/** Milliseconds; `-` if nothing was measured. */
export function milliseconds(value: number | null): string {
  return value === null ? "-" : `${Math.round(value)} ms`;
}
