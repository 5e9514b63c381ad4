/** Maximum wait in a test: generous, since two cores serve everything at once. */
export const maxWaitMs = 45_000;

/**
 * Repeats a check until it does not throw and returns its value. For conditions without an event.
 * @throws the check's last error, with the time waited
 */
export async function eventually<T>(check: () => T | Promise<T>, withinMs = maxWaitMs): Promise<T> {
  const giveUpAt = Date.now() + withinMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > giveUpAt) throw new Error(`Not so within ${withinMs} ms: ${String(error)}`, { cause: error });
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
}

/** Waits for a promise, but not forever; what was seen so far is in the error. */
export async function within<T>(promise: Promise<T>, describe: () => string, limitMs = maxWaitMs): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Not within ${limitMs} ms: ${describe()}`)), limitMs);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
