import { setTimeout as delay } from "node:timers/promises";
import { retryAfterMs } from "./model-error.ts";

/** Default number of attempts. */
export const defaultAttempts = 3;
const defaultDelayMs = 500;

/**
 * Waits before the next attempt: as long as the provider asked, else `delayMs`, doubled each time; `attempt` counts
 * from 0. Rejects with the signal's reason.
 */
export async function pauseBeforeRetry(
  error: unknown,
  attempt: number,
  { signal, delayMs = defaultDelayMs }: { signal: AbortSignal; delayMs?: number | undefined },
): Promise<void> {
  try {
    await delay(retryAfterMs(error) ?? delayMs * 2 ** attempt, undefined, { signal });
  } catch (failed) {
    throw signal.aborted ? signal.reason : failed;
  }
}
