import { describe, expect, test } from "vitest";
import { nextAttemptAt, parseRetryAfter, type RetryQuestion } from "./retry-policy.ts";

const now = 1_700_000_000_000;
const dayMs = 24 * 3_600_000;
const schedule = [5000, 30_000, 120_000];
const delay = (question: Partial<RetryQuestion>): number | undefined => {
  const at = nextAttemptAt({ schedule, attempts: 1, now, random: 0.5, ...question });
  return at === undefined ? undefined : at - now;
};

describe("the delay before the next attempt", () => {
  test.each([
    { attempts: 1, random: 0, expected: 4000 },
    { attempts: 1, random: 0.5, expected: 5000 },
    { attempts: 1, random: 0.999_999, expected: 6000 },
    { attempts: 2, random: 0, expected: 24_000 },
    { attempts: 3, random: 0.5, expected: 120_000 },
    { attempts: 4, random: 0.5, expected: undefined },
    { attempts: 99, random: 0, expected: undefined },
  ])("after attempt $attempts with random $random is $expected", ({ attempts, random, expected }) => {
    expect(delay({ attempts, random })).toBe(expected);
  });

  test.each([
    { asked: 0, random: 0, expected: 4000 },
    { asked: 4999, random: 0.5, expected: 5499 },
    { asked: 60_000, random: 0, expected: 60_000 },
    { asked: 60_000, random: 0.5, expected: 66_000 },
    { asked: 100 * dayMs, random: 0, expected: dayMs },
    { asked: undefined, random: 0.5, expected: 5000 },
  ])("a Retry-After of $asked ms with random $random makes it $expected", ({ asked, random, expected }) => {
    expect(delay({ retryAfterMs: asked, random })).toBe(expected);
  });

  test("a Retry-After does not outlive a schedule that is used up", () => {
    expect(delay({ attempts: 4, retryAfterMs: 1000 })).toBeUndefined();
  });

  test("is never earlier than requested, nor off by more than 20 %", () => {
    for (let step = 0; step < 100; step += 1) {
      const random = step / 100;
      expect(delay({ random })).toBeGreaterThanOrEqual(4000);
      expect(delay({ random })).toBeLessThan(6000);
      expect(delay({ random, retryAfterMs: 50_000 })).toBeGreaterThanOrEqual(50_000);
      expect(delay({ random, retryAfterMs: 50_000 })).toBeLessThan(60_000);
    }
  });
});

describe("Retry-After", () => {
  test.each<[string | undefined, number | undefined]>([
    [undefined, undefined],
    ["", undefined],
    ["0", 0],
    ["120", 120_000],
    ["  7 ", 7000],
    ["86400", dayMs],
    ["86401", dayMs],
    ["99999999999999999999999999", dayMs],
    ["-5", undefined],
    ["1.5", undefined],
    ["1e3", undefined],
    ["0x10", undefined],
    ["soon", undefined],
    ["tomorrow, perhaps", undefined],
    ["2026", 2_026_000],
    ["2026-01-01", undefined],
    [new Date(now + 90_000).toUTCString(), 90_000],
    [new Date(now - 90_000).toUTCString(), 0],
    [new Date(now + 400 * dayMs).toUTCString(), dayMs],
    ["Tue, 99 Foo 2023 00:00:00 GMT", undefined],
  ])("%j is %j ms", (value, expected) => {
    expect(parseRetryAfter(value, now)).toBe(expected);
  });
});
