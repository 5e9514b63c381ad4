/** Longest that anything in a test is waited for: generous, since two cores serve everything at once. */
export const maxWaitMs = 45_000;

/**
 * Repeats a check until it does not throw and gives its value. For what has no event to wait for.
 * @throws the check's last error, with how long was waited
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

/** Waits for a promise, but not for ever; what was seen so far goes into the error. */
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
