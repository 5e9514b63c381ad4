/** Relative jitter of a delay, so that deliveries that failed together are not retried together. */
const jitter = 0.2;

/** The longest `Retry-After` that is respected; more would outlive the retention. */
const maxRetryAfterMs = 24 * 3_600_000;

export interface RetryQuestion {
  /** Delays in ms: `schedule[0]` follows the first attempt. */
  schedule: readonly number[];
  /** Attempts made, from 1. */
  attempts: number;
  now: number;
  /** In [0, 1): position of the delay within the jitter's range; 1 gives the longest possible delay. */
  random: number;
  /** The receiver's `Retry-After`, ms from now. */
  retryAfterMs?: number | undefined;
}

/**
 * When the next attempt is due (ms), or undefined when the schedule is used up. The delay is the schedule's ±20 %. A
 * longer `Retry-After` takes precedence, with jitter upwards only: the request must not come earlier than that.
 */
export function nextAttemptAt({ schedule, attempts, now, random, retryAfterMs }: RetryQuestion): number | undefined {
  const base = schedule[attempts - 1];
  if (base === undefined) return undefined;
  const scheduled = base * (1 - jitter + 2 * jitter * random);
  const asked = Math.min(retryAfterMs ?? 0, maxRetryAfterMs) * (1 + jitter * random);
  return Math.round(now + Math.max(scheduled, asked));
}

/**
 * Reads `Retry-After` (RFC 9110 §10.2.3): seconds or an HTTP date, as ms from `now`; undefined for anything else,
 * 0 for a date that has passed.
 */
export function parseRetryAfter(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined;
  const text = value.trim();
  if (/^\d+$/.test(text)) return Math.min(Number(text) * 1000, maxRetryAfterMs);
  // Date.parse takes much that is no HTTP date ("-5" is a year); a date has a weekday or month in letters.
  const date = /[A-Za-z]{3}/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.min(Math.max(0, date - now), maxRetryAfterMs);
}
