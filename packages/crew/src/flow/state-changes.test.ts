import { expect, test } from "vitest";
import { applyChanges, changesBetween } from "./state-changes.ts";

test("changes contain what differs, at the deepest level", () => {
  const before = { a: 1, b: { c: [1], d: "x" }, gone: true };
  const after = { a: 1, b: { c: [1, 2], d: "y" }, fresh: null };
  expect(changesBetween(before, after)).toEqual([
    { path: ["b", "c"], append: [2] },
    { path: ["b", "d"], set: "y" },
    { path: ["gone"], remove: true },
    { path: ["fresh"], set: null },
  ]);
  const state = structuredClone(before);
  applyChanges(state, changesBetween(before, after));
  expect(state).toEqual(after);
});

test("the changes of methods that ran in parallel are both kept", () => {
  const base = { log: ["begin"], left: 0, right: 0 };
  const state = structuredClone(base);
  applyChanges(state, changesBetween(base, { ...base, log: ["begin", "l"], left: 1 }));
  applyChanges(state, changesBetween(base, { ...base, log: ["begin", "r"], right: 1 }));
  expect(state).toEqual({ log: ["begin", "l", "r"], left: 1, right: 1 });
});

test("a list that was not only appended to is replaced", () => {
  expect(changesBetween({ l: [1, 2] }, { l: [2] })).toEqual([{ path: ["l"], set: [2] }]);
});
