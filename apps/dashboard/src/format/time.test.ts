import { describe, expect, it } from "vitest";
import { duration, relativeTime } from "./time.ts";

describe("relativeTime", () => {
  it.each([
    [0, "just now"],
    [400, "in under 1 s"],
    [-999, "just now"],
    [-1000, "1 s ago"],
    [-59_999, "59 s ago"],
    [-60_000, "1 min ago"],
    [-7_200_000, "2 h ago"],
    [-3 * 86_400_000, "3 d ago"],
    [12_500, "in 12 s"],
  ])("%i ms from now is %s", (distance, text) => {
    expect(relativeTime(1_000_000_000 + distance, 1_000_000_000)).toBe(text);
  });
});

describe("duration", () => {
  it.each([
    [0, "0 ms"],
    [840.4, "840 ms"],
    [2440, "2.4 s"],
    [12_000, "12 s"],
    [200_000, "3 min 20 s"],
    [180_000, "3 min"],
    [100_800_000, "1 d 4 h"],
  ])("%i ms is %s", (ms, text) => {
    expect(duration(ms)).toBe(text);
  });
});
