import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ConcurrencyLimiter } from "./concurrency-limiter.ts";

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }));
afterEach(() => void vi.useRealTimers());

/** What a promise has resolved to by now. */
async function now<T>(promise: Promise<T>): Promise<T | "waits"> {
  return Promise.race([promise, Promise.resolve().then(() => "waits" as const)]);
}

describe("the slots of an endpoint", () => {
  test("are granted at once, as many as are wanted and free", async () => {
    const limiter = new ConcurrencyLimiter(8);
    expect(await limiter.acquire(5)).toBe(5);
    expect(await limiter.acquire(5)).toBe(3);
    expect(limiter.tryAcquire(1)).toBe(0);
  });

  test("are granted to waiters in batches, in the order in which they came, and to nobody else", async () => {
    const limiter = new ConcurrencyLimiter(8);
    await limiter.acquire(8);
    const [first, second] = [limiter.acquire(8), limiter.acquire(1)];
    limiter.release(1);
    expect(await now(first)).toBe("waits");
    // One is free, but a waiter is to get two.
    expect(limiter.tryAcquire(1)).toBe(0);
    limiter.release(1);
    expect(await first).toBe(2);
    expect(await now(second)).toBe("waits");
    limiter.release(1);
    expect(await second).toBe(1);
  });

  test("are waited for by a limited number of jobs, over all endpoints", async () => {
    const budget = { left: 2 };
    const [slow, other] = [new ConcurrencyLimiter(4, budget), new ConcurrencyLimiter(4, budget)];
    await Promise.all([slow.acquire(4), other.acquire(4)]);
    const waiting = [slow.acquire(1), slow.acquire(1)];
    expect(await other.acquire(1)).toBe(0);
    slow.release(1);
    expect(await waiting[0]).toBe(1);
    const next = other.acquire(1);
    expect(await now(next)).toBe("waits");
    await vi.advanceTimersByTimeAsync(200);
    expect(await Promise.all([waiting[1], next])).toEqual([0, 0]);
    expect(budget.left).toBe(2);
  });

  test("are waited for while some are released, for two seconds at most, and not if all requests hang", async () => {
    const limiter = new ConcurrencyLimiter(4);
    await limiter.acquire(4);
    const hung = limiter.acquire(1);
    await vi.advanceTimersByTimeAsync(100);
    expect(await now(hung)).toBe(0);

    const [moving, behind] = [limiter.acquire(4), limiter.acquire(4)];
    for (let ms = 0; ms < 1900; ms += 50) {
      limiter.release(1);
      limiter.tryAcquire(1);
      await vi.advanceTimersByTimeAsync(50);
    }
    expect(await now(moving)).toBe(1);
    expect(await now(behind)).toBe(1);
  });

  test("have a limited number of waiters: a further job is sent back at once", async () => {
    const limiter = new ConcurrencyLimiter(2);
    await limiter.acquire(2);
    const waiters = [limiter.acquire(1), limiter.acquire(1)];
    expect(await now(limiter.acquire(1))).toBe(0);
    limiter.release(2);
    expect(await Promise.all(waiters)).toEqual([1, 1]);
  });
});

describe("a job without a slot tries again", () => {
  test("soon while nothing is known yet, then one after the other at the rate of releases", () => {
    const limiter = new ConcurrencyLimiter(4);
    void limiter.acquire(4);
    expect(limiter.retryAfterMs(1)).toBe(50);
    limiter.release(1, 40);
    limiter.tryAcquire(1);
    // Four slots that are held for 40 ms each: one is released every 10 ms, and no job is to be late for it.
    const waits = Array.from({ length: 100 }, () => limiter.retryAfterMs(1));
    expect(waits[0]).toBeCloseTo(55);
    expect(waits[99]).toBeCloseTo(550);
  });

  test("after five seconds at most if all requests hang", () => {
    const limiter = new ConcurrencyLimiter(4);
    void limiter.acquire(4);
    vi.advanceTimersByTime(20_000);
    expect(limiter.retryAfterMs(1)).toBe(2550);
    expect(limiter.retryAfterMs(1)).toBe(5000);
    expect(limiter.retryAfterMs(1)).toBe(5000);
  });
});
