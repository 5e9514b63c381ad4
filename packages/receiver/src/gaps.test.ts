import { expect, test } from "vitest";
import { addGap, fillGap, isMissing, type Gaps } from "./gaps.ts";

test("an empty range is not a gap", () => {
  expect(addGap([], 4, 3, 10)).toEqual([]);
});

test("a number that arrives is no longer missing, wherever in its range it is", () => {
  const gaps: Gaps = [[3, 6]];
  expect(fillGap(gaps, 3)).toEqual([[4, 6]]);
  expect(fillGap(gaps, 6)).toEqual([[3, 5]]);
  expect(fillGap(gaps, 4)).toEqual([
    [3, 3],
    [5, 6],
  ]);
  expect(fillGap([[3, 3]], 3)).toEqual([]);
  expect(fillGap(gaps, 7)).toEqual(gaps);
});

test("beyond the bound the oldest ranges become one: no missing number is forgotten", () => {
  let gaps: Gaps = [];
  for (let start = 1; start < 1000; start += 10) gaps = addGap(gaps, start, start + 2, 5);
  expect(gaps.length).toBe(5);
  for (let start = 1; start < 1000; start += 10) expect(isMissing(gaps, start + 1)).toBe(true);
  expect(isMissing(gaps, 985)).toBe(false);
});
