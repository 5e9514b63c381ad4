import { expect, test } from "vitest";
import { formatTable, oneLine } from "./table.ts";

test("columns line up and the last is cut at the terminal's width", () => {
  const rows = [
    ["a", "first"],
    ["longer", "x".repeat(50)],
  ];
  expect(formatTable(["NAME", "TEXT"], rows, 20)).toBe("NAME    TEXT\na       first\nlonger  xxxxxxxxxxx…\n");
});

test("what came over the network cannot steer the terminal", () => {
  expect(oneLine("a\u001B[2Jb\nc\rd\u0007e\u009b31mf")).toBe("ab c d ef");
});
