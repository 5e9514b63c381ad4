import { expect, test } from "vitest";
import { formatTable, oneLine } from "./table.ts";

test("columns line up and the last is cut at the terminal's width", () => {
  const rows = [
    ["a", "first"],
    ["longer", "x".repeat(50)],
  ];
  expect(formatTable(["NAME", "TEXT"], rows, 20)).toBe("NAME    TEXT\na       first\nlonger  xxxxxxxxxxx…\n");
});

test("wide characters take two columns, and are not split", () => {
  const rows = [
    ["日本", "情報の流れ"],
    ["e\u0301a", "👩‍🚀 flies"],
  ];
  expect(formatTable(["A", "B"], rows)).toBe("A     B\n日本  情報の流れ\ne\u0301a    👩‍🚀 flies\n");
  expect(formatTable(["A", "B"], rows, 12)).toBe("A     B\n日本  情報…\ne\u0301a    👩‍🚀 fl…\n");
});

test("what came over the network cannot steer the terminal", () => {
  expect(oneLine("a\u001B[2Jb\nc\rd\u0007e\u009b31mf")).toBe("ab c d ef");
});
