import { setTimeout as delay } from "node:timers/promises";
import { AppError } from "@crewstream/contracts";
import { logFailure, type Logger } from "@crewstream/service";

const maxPauseMs = 5000;

/**
 * Repeats an idempotent write until Redis accepts it: out of memory, loading, failover and cluster repair are all
 * temporary. Errors of our scripts (a lost lease) are final.
 */
export async function untilWritten<T>(
  write: () => Promise<T>,
  options: { signal: AbortSignal; log: Logger },
): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await write();
    } catch (error) {
      if (AppError.is(error) || options.signal.aborted) throw error;
      logFailure(options.log, "store.write_refused", { level: "warn", fields: { err: error } });
      await delay(Math.min(100 * 2 ** Math.min(tries, 6), maxPauseMs), undefined, { signal: options.signal });
    }
  }
}
