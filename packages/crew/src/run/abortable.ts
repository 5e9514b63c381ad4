import { setMaxListeners } from "node:events";

/**
 * Settles as the work does, or rejects with the signal's reason as soon as that is aborted: work that does not
 * listen to its signal must not hold a cancelled run.
 */
export async function abortable<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  // Many pieces of work may share one signal; Node would warn of a leak at the eleventh.
  setMaxListeners(0, signal);
  const onAbort = (): void => aborted.reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
    // The loser may still reject later, when nobody listens any more.
    work.catch(() => undefined);
    aborted.promise.catch(() => undefined);
  }
}
