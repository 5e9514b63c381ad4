import { expect, test } from "vitest";
import { RateLimiter } from "./rate-limiter.ts";

test("as many as allowed begin at once; the next when the first is a minute old", async () => {
  let now = 0;
  const limiter = new RateLimiter(2, () => now);
  const { signal } = new AbortController();
  await limiter.turn(signal);
  now = 1000;
  await limiter.turn(signal);
  now = 60_000;
  await limiter.turn(signal);
  now = 60_999.5;
  const waited = limiter.turn(signal).then(() => "turn");
  expect(await Promise.race([waited, Promise.resolve("waiting")])).toBe("waiting");
  now = 61_001;
  expect(await waited).toBe("turn");
});

test("who waits can be called off, and holds nobody behind", async () => {
  const limiter = new RateLimiter(1, () => 0);
  const controller = new AbortController();
  await limiter.turn(controller.signal);
  const waiting = limiter.turn(controller.signal);
  controller.abort(new Error("stop"));
  await expect(waiting).rejects.toThrow("stop");
});
