import { setTimeout as delay } from "node:timers/promises";
import { retryAfterMs } from "./model-error.ts";

/** How often a provider is asked in all, where settings say nothing else. */
export const defaultAttempts = 3;
const defaultDelayMs = 500;

/**
 * Waits before a provider is asked again, as long as it wants, else `delayMs` and twice that each time; `attempt` counts
 * from 0. Rejects with the signal's own reason.
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
