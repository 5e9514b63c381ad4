import { describe, expect, it } from "vitest";
import { count, percent, plural, rate } from "./number.ts";

describe("percent", () => {
  it.each([
    [1, "100%"],
    [0.99999, "99.9%"],
    [0.956, "95.6%"],
    [0.42, "42%"],
    [0.00001, "0.1%"],
    [0, "0%"],
  ])("%d is %s", (share, text) => {
    expect(percent(share)).toBe(text);
  });
});

it("formats rates, counts and plurals for people", () => {
  expect([0, 0.01, 0.34, 42.4, 1500].map(rate)).toEqual(["0", "<0.1", "0.3", "42", "1,500"]);
  expect([999, 12_345, 1_234_567].map(count)).toEqual(["999", "12,345", "1.2M"]);
  expect([plural(1, "delivery", "deliveries"), plural(2, "event")]).toEqual(["1 delivery", "2 events"]);
});
