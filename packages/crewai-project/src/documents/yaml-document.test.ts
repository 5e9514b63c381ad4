import { expect, test } from "vitest";
import { parseYaml } from "./yaml-document.ts";

test.each([
  ["yes", true],
  ["Off", false],
  ["TRUE", true],
  ["y", "y"],
  ["n", "n"],
  ["N", "N"],
  ["010", 8],
  ["0x1F", 31],
  ["1_000", 1000],
  ["1.5", 1.5],
  ["1.5e+3", 1500],
  ["1e3", "1e3"],
  ["1.5e3", "1.5e3"],
  ["~", null],
  ["", null],
  ["2026-01-31", "2026-01-31"],
  ["'yes'", "yes"],
])("%s is what PyYAML reads", (text, value) => {
  expect(parseYaml("a.yaml", `key: ${text}`).value).toEqual({ key: value });
});

test("keys are kept as text, and anchors and merges are resolved, also for positions", () => {
  const document = parseYaml("a.yaml", "base: &b\n  n: 1\n  y: 2\nuse:\n  <<: *b\n  y: 3\nlist: [x, *b]\n");
  expect(document.value).toEqual({ base: { n: 1, y: 2 }, use: { n: 1, y: 3 }, list: ["x", { n: 1, y: 2 }] });
  expect(document.position(["use", "y"])).toEqual({ line: 6, column: 3 });
  expect(document.position(["list", 1, "y"])).toEqual({ line: 3, column: 3 });
  expect(document.position(["use", "nothing"])).toEqual({ line: 4, column: 1 });
});
