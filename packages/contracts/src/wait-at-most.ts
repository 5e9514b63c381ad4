/**
 * Waits for work, but no longer than `ms` or until `signal` aborts. The work itself goes on.
 * @returns its value; undefined if the time was over first
 * @throws what the work rejects with in time; a later rejection is ignored
 */
export async function waitAtMost<T>(
  work: Promise<T>,
  ms: number,
  signal?: AbortSignal,
): Promise<{ value: T } | undefined> {
  const { promise: over, resolve } = Promise.withResolvers<undefined>();
  const stop = (): void => resolve(undefined);
  const timer = setTimeout(stop, ms);
  signal?.addEventListener("abort", stop, { once: true });
  if (signal?.aborted === true) stop();
  try {
    return await Promise.race([work.then((value) => ({ value })), over]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
  }
}
