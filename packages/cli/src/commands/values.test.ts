import { expect, test } from "vitest";
import { keyValue, wholeNumber } from "./values.ts";

test("inputs are text unless they are said to be JSON", () => {
  const inputs = ["version=1.4", "a=b=c", "empty=", "count:=3", 'list:=[1,"a"]', "lines=one\ntwo"].reduce<
    Record<string, unknown>
  >((before, text) => keyValue(text, before), {});
  expect(inputs).toEqual({ version: "1.4", a: "b=c", empty: "", count: 3, list: [1, "a"], lines: "one\ntwo" });
});

test.each(["", "topic", "=value", "n:={", ":=3"])("%j is refused", (text) => {
  expect(() => keyValue(text)).toThrow(/must be/);
});

test.each(["", "-1", "1.5", "1e3", "many", "9".repeat(30)])("%j is no whole number", (text) => {
  expect(() => wholeNumber(text)).toThrow("whole number");
});
