import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { InFlight } from "./in-flight.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Requests under way, each with the means to end it. */
function underWay(count: number): { inFlight: InFlight; answer: (() => void)[] } {
  const inFlight = new InFlight();
  const answer = Array.from({ length: count }, () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    inFlight.add(promise);
    return resolve;
  });
  return { inFlight, answer };
}

/** Says with `returned()` whether the wait is over. */
function waiting(promise: Promise<void>): { returned: () => Promise<boolean> } {
  let over = false;
  void promise.then(() => (over = true));
  return {
    async returned() {
      await vi.advanceTimersByTimeAsync(0);
      return over;
    },
  };
}

test("half of the requests are waited for", async () => {
  const { inFlight, answer } = underWay(4);
  const wait = waiting(inFlight.some());
  answer[0]?.();
  expect(await wait.returned()).toBe(false);
  answer[3]?.();
  expect(await wait.returned()).toBe(true);
  expect(inFlight.size).toBe(2);
});

test("the first of them for a moment only", async () => {
  const { inFlight, answer } = underWay(4);
  const wait = waiting(inFlight.some());
  await vi.advanceTimersByTimeAsync(1000);
  expect(await wait.returned()).toBe(false);
  answer[0]?.();
  await vi.advanceTimersByTimeAsync(5);
  expect(await wait.returned()).toBe(true);
});

test("what came back before it was asked for counts", async () => {
  const { inFlight, answer } = underWay(4);
  answer[0]?.();
  answer[1]?.();
  await vi.advanceTimersByTimeAsync(0);
  expect(await waiting(inFlight.some()).returned()).toBe(true);
  const wait = waiting(inFlight.some());
  expect(await wait.returned()).toBe(false);
  answer[2]?.();
  expect(await wait.returned()).toBe(true);
});

test("the impatient do not wait for any", async () => {
  const { inFlight } = underWay(1);
  const wait = waiting(inFlight.some(25));
  expect(await wait.returned()).toBe(false);
  await vi.advanceTimersByTimeAsync(25);
  expect(await wait.returned()).toBe(true);
});
