import { describe, expect, test } from "vitest";
import { typeAliases } from "../selection.ts";
import { eventTypes } from "./catalogue.ts";
import { suggestEventType } from "./suggest.ts";

describe("one typing error away", () => {
  test.each([
    ["a character too few", "task_complete", "task_completed"],
    ["a character too few inside", "tsk_completed", "task_completed"],
    ["a character too few in front", "ask_completed", "task_completed"],
    ["a character too many", "task_completedd", "task_completed"],
    ["a character too many in front", "xtask_completed", "task_completed"],
    ["a wrong character", "task-completed", "task_completed"],
    ["a wrong last character", "task_starteD", "task_started"],
    ["two characters swapped", "taks_completed", "task_completed"],
    ["the last two swapped", "task_startde", "task_started"],
    ["an alias", "tool_usage_complete", "tool_usage_completed"],
  ])("%s: %s", (_kind, name, known) => {
    expect(suggestEventType(name)).toBe(known);
  });
});

describe("no suggestion", () => {
  test.each([
    "task",
    "task_done",
    "order_shipped",
    "tsak_complete",
    "tsak_compelted",
    "taskcompletd",
    "",
    "x",
    "*",
    "task_complete*",
    "lm_*",
    "task_started*",
  ])("for %j", (name) => {
    expect(suggestEventType(name)).toBeUndefined();
  });

  test("for any known name, even where two differ by one character", () => {
    for (const name of [...eventTypes, ...Object.keys(typeAliases)]) expect(suggestEventType(name)).toBeUndefined();
  });
});
