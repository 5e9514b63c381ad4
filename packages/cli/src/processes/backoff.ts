/** Delays before the first, second, … restart in a row; the last one repeats. */
export const restartDelaysMs: readonly number[] = [500, 1000, 2000, 5000, 10_000, 30_000];

/** A process that ran this long is restarted with the first delay again. */
export const settledAfterMs = 60_000;

/**
 * The delay before the next restart.
 * @param deaths how many times in a row it has died, from 1
 * @param delays delays in ms, at least one
 */
export function restartDelay(deaths: number, delays: readonly number[] = restartDelaysMs): number {
  return delays[Math.min(deaths, delays.length) - 1] ?? 0;
}
