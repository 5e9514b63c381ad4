import { expect, test } from "vitest";
import { interpolate, placeholders } from "./interpolate.ts";

test("placeholders are names in single braces; anything else in braces is text", () => {
  expect(placeholders('{a} {b-2} {a} {} { a } {1} {"json": {x}}')).toEqual(["a", "b-2", "x"]);
});

test("values other than text are inserted as JSON", () => {
  expect(interpolate("{a}, {b} and {c}", { a: "x", b: [1], c: null })).toBe("x, [1] and null");
});

test("a missing value is named", () => {
  expect(() => interpolate("for {who}", {})).toThrow('The input "who" is missing');
});

test("a value that looks like a placeholder is not filled again", () => {
  expect(interpolate("{a}", { a: "{b}", b: "no" })).toBe("{b}");
});
