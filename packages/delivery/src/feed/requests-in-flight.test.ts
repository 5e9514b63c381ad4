import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { RequestsInFlight } from "./requests-in-flight.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Requests in flight, each with a function that ends it. */
function requests(count: number): { inFlight: RequestsInFlight; respond: (() => void)[] } {
  const inFlight = new RequestsInFlight();
  const respond = Array.from({ length: count }, () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    inFlight.add(promise);
    return resolve;
  });
  return { inFlight, respond };
}

/** `isOver()` tells whether the wait is over. */
function waiting(promise: Promise<void>): { isOver: () => Promise<boolean> } {
  let over = false;
  void promise.then(() => (over = true));
  return {
    async isOver() {
      await vi.advanceTimersByTimeAsync(0);
      return over;
    },
  };
}

test("waits for half of the requests", async () => {
  const { inFlight, respond } = requests(4);
  const wait = waiting(inFlight.nextResponses());
  respond[0]?.();
  expect(await wait.isOver()).toBe(false);
  respond[3]?.();
  expect(await wait.isOver()).toBe(true);
  expect(inFlight.size).toBe(2);
});

test("waits only a moment after the first response", async () => {
  const { inFlight, respond } = requests(4);
  const wait = waiting(inFlight.nextResponses());
  await vi.advanceTimersByTimeAsync(1000);
  expect(await wait.isOver()).toBe(false);
  respond[0]?.();
  await vi.advanceTimersByTimeAsync(5);
  expect(await wait.isOver()).toBe(true);
});

test("responses from before the wait count", async () => {
  const { inFlight, respond } = requests(4);
  respond[0]?.();
  respond[1]?.();
  await vi.advanceTimersByTimeAsync(0);
  expect(await waiting(inFlight.nextResponses()).isOver()).toBe(true);
  const wait = waiting(inFlight.nextResponses());
  expect(await wait.isOver()).toBe(false);
  respond[2]?.();
  expect(await wait.isOver()).toBe(true);
});

test("with a timeout, waits no longer than that", async () => {
  const { inFlight } = requests(1);
  const wait = waiting(inFlight.nextResponses(25));
  expect(await wait.isOver()).toBe(false);
  await vi.advanceTimersByTimeAsync(25);
  expect(await wait.isOver()).toBe(true);
});
