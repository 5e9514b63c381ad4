import { setMaxListeners } from "node:events";

/**
 * Settles as the work does, or rejects with the signal's reason as soon as it aborts: work that ignores its signal must
 * not keep a cancelled run alive.
 */
export async function abortable<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  // Rejections that come after this has settled have nobody else to handle them, and would end the thread.
  work.catch(() => undefined);
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  // Many pieces of work may share one signal; Node would warn of a leak at the eleventh listener.
  setMaxListeners(0, signal);
  const onAbort = (): void => aborted.reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
    aborted.promise.catch(() => undefined);
  }
}
