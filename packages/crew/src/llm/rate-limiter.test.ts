import { expect, test } from "vitest";
import { RateLimiter } from "./rate-limiter.ts";

/** A clock that only advances by sleeping. */
function clockAt(start: number) {
  const slept: number[] = [];
  const clock = {
    at: start,
    slept,
    now: () => clock.at,
    sleep: async (ms: number, signal: AbortSignal) => {
      signal.throwIfAborted();
      slept.push(ms);
      clock.at += ms;
    },
  };
  return clock;
}

test("as many calls as allowed start at once; each further one when the call that many before it is a minute old", async () => {
  const clock = clockAt(0);
  const limiter = new RateLimiter(2, clock);
  const { signal } = new AbortController();
  await limiter.turn(signal);
  clock.at = 1000;
  await limiter.turn(signal);
  expect(clock.slept).toEqual([]);
  await Promise.all([limiter.turn(signal), limiter.turn(signal), limiter.turn(signal)]);
  expect(clock.slept).toEqual([59_000, 1000, 59_000]);
  clock.at += 60_000;
  await limiter.turn(signal);
  expect(clock.slept).toHaveLength(3);
});

test("a waiting call can be cancelled, and does not delay those behind it", async () => {
  const limiter = new RateLimiter(1);
  const [called, next] = [new AbortController(), new AbortController()];
  await limiter.turn(called.signal);
  const waiting = limiter.turn(called.signal);
  called.abort(new Error("stop"));
  await expect(waiting).rejects.toThrow("stop");
  const behind = limiter.turn(next.signal);
  next.abort(new Error("stop too"));
  await expect(behind).rejects.toThrow("stop too");
});
