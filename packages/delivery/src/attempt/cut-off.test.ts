import { getEventListeners } from "node:events";
import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { endWith } from "./cut-off.ts";

function request(): PassThrough {
  return new PassThrough().on("error", () => undefined);
}

test("ends requests in flight when the signal aborts, and no others", () => {
  const stop = new AbortController();
  const [underWay, other, done] = [request(), request(), request()];
  endWith(stop.signal, underWay);
  endWith(new AbortController().signal, other);
  endWith(stop.signal, done)[Symbol.dispose]();
  stop.abort();
  expect([underWay, other, done].map(({ destroyed }) => destroyed)).toEqual([true, false, false]);
});

test("immediately ends a request that begins after the signal", () => {
  const late = request();
  endWith(AbortSignal.abort(), late);
  expect(late.destroyed).toBe(true);
});

test("adds one listener to a signal, however many requests it has", () => {
  const { signal } = new AbortController();
  for (let n = 0; n < 50; n += 1) endWith(signal, request());
  expect(getEventListeners(signal, "abort")).toHaveLength(1);
});
