import { expect, it } from "vitest";
import { inputsPreview } from "./inputs-preview.ts";

it("is a line of names and values, as long as a list can show", () => {
  expect(inputsPreview({})).toBe("");
  expect(inputsPreview({ topic: "durable\n  webhooks", year: 2026, tags: ["a"], none: null })).toBe(
    'topic: durable webhooks, year: 2026, tags: ["a"], none: null',
  );
  const long = inputsPreview({ log: "x".repeat(10_000_000), after: "y" });
  expect(long).toHaveLength(500);
  expect(inputsPreview({ emoji: "😀".repeat(600) }).isWellFormed()).toBe(true);
});
