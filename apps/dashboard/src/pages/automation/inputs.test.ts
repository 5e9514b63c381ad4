import { expect, it } from "vitest";
import { inputFields } from "./inputs.ts";

it("reads types, defaults and descriptions of inputs from their schema", () => {
  const fields = inputFields({
    inputs: ["topic", "limit", "tags", "tone", "free"],
    required: ["topic"],
    inputs_schema: {
      properties: {
        topic: { type: "string", description: "What it is about" },
        limit: { type: "integer", default: 3 },
        tags: { type: "array", items: { type: "string" }, default: ["a"] },
        tone: { anyOf: [{ type: "string" }, { type: "null" }], enum: ["calm", "loud"], default: "" },
      },
    },
  });
  expect(fields.map(({ name, type, byDefault, isRequired }) => [name, type, byDefault, isRequired])).toEqual([
    ["topic", "string", undefined, true],
    ["limit", "integer", "3", false],
    ["tags", "list of string", '["a"]', false],
    ["tone", "string or null", undefined, false],
    ["free", undefined, undefined, false],
  ]);
  expect(fields[0]?.description).toBe("What it is about");
  expect(fields[3]?.options).toEqual(["calm", "loud"]);
});

it("knows the names alone where there is no schema", () => {
  expect(inputFields({ inputs: ["a"], required: [] })).toMatchObject([{ name: "a", type: undefined }]);
});
