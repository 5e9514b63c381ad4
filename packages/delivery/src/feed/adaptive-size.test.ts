import { expect, test } from "vitest";
import { adaptiveSize } from "./adaptive-size.ts";

const at = { waiting: 100, ageMs: 0, latencyMs: 10, window: 16, maxDelayMs: 250 };

test.each<[string, Partial<typeof at>, number]>([
  ["a fast endpoint gets them one by one", {}, 1],
  ["and the first request too, when nothing is known of it", { latencyMs: 0 }, 1],
  // 16 at a time, 4 times a second: 100 events in 250 ms take 7 at a time.
  ["a slow one as many together as it takes", { latencyMs: 250 }, 7],
  ["more when half of their time is over", { latencyMs: 250, ageMs: 125 }, 13],
  ["all of them when it is used up", { ageMs: 250 }, 100],
  ["and when it has been for long", { ageMs: 9000 }, 100],
  ["never more than there are", { latencyMs: 60_000, ageMs: 249 }, 100],
  ["never none", { waiting: 0, ageMs: 9000 }, 1],
])("%s", (_, change, expected) => {
  expect(adaptiveSize({ ...at, ...change })).toBe(expected);
});
