import { expect, test } from "vitest";
import { waitAtMost } from "./wait-at-most.ts";

const never = new Promise<number>(() => undefined);

test("work that ends in time gives its value or its error", async () => {
  expect(await waitAtMost(Promise.resolve(1), 60_000)).toEqual({ value: 1 });
  expect(await waitAtMost(Promise.resolve(undefined), 60_000)).toEqual({ value: undefined });
  await expect(waitAtMost(Promise.reject(new Error("no")), 60_000)).rejects.toThrow("no");
});

test("work that does not is left alone after the time, or when the signal aborts", async () => {
  expect(await waitAtMost(never, 1)).toBeUndefined();
  expect(await waitAtMost(never, 60_000, AbortSignal.abort())).toBeUndefined();
  const controller = new AbortController();
  const waiting = waitAtMost(never, 60_000, controller.signal);
  controller.abort();
  expect(await waiting).toBeUndefined();
});
