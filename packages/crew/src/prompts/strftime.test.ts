import { expect, test } from "vitest";
import { showsDate, strftime, unknownDirectives } from "./strftime.ts";

const morning = new Date("2026-02-03T04:05:06Z");
const midnight = new Date("2024-12-31T00:30:00Z");

test.each([
  ["%Y-%m-%d", morning, "2026-02-03"],
  ["%A, %B %d, %Y", morning, "Tuesday, February 03, 2026"],
  ["%a %-d %b %y, %-I:%M %p", morning, "Tue 3 Feb 26, 4:05 AM"],
  ["%d/%m/%Y %H:%M:%S %Z", morning, "03/02/2026 04:05:06 UTC"],
  ["day %j, %I %p, 100%%", midnight, "day 366, 12 AM, 100%"],
  ["%F %T %R %D %u %w %e", morning, "2026-02-03 04:05:06 04:05 02/03/26 2 2  3"],
  ["%Q and %", morning, "%Q and %"],
])("%s", (form, at, written) => {
  expect(strftime(form, at)).toBe(written);
});

test("unknown directives are named, and formats without a date", () => {
  expect(unknownDirectives("%Y %Q %%")).toEqual(["%Q"]);
  expect([showsDate("%d"), showsDate("today"), showsDate("100%%")]).toEqual([true, false, false]);
});
