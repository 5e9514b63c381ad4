import { expect, test } from "vitest";
import { excessIn } from "./body-bounds.ts";

const bytes = (body: unknown) => new TextEncoder().encode(typeof body === "string" ? body : JSON.stringify(body));
const fields = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 1]));
const list = (count: number) => Array.from({ length: count }, () => 1);
const nested = (levels: number) => JSON.parse("[".repeat(levels) + "]".repeat(levels)) as unknown;

test.each<[string, unknown]>([
  ["the most inputs", { inputs: fields(1000) }],
  ["a large table in an input", { inputs: { table: fields(10_000) } }],
  ["a long list in an input", { inputs: { numbers: list(100_000) } }],
  ["many small objects", { inputs: { rows: Array.from({ length: 5000 }, () => fields(10)) } }],
  ["the most settings", { webhooks: Array.from({ length: 10 }, () => ({ events: list(1000), ...fields(190) })) }],
  ["JSON's own characters in strings", { inputs: { text: `{"a":[1,2,{}}]${":,".repeat(30_000)}\\"\\\\"` } }],
  ["100 levels", { inputs: { deep: nested(98) } }],
  ["what is no object", "[1,2,3]"],
  ["what is no JSON", '{"a": "unclosed \\'],
  ["nothing", ""],
])("%s is within bounds", (_name, body) => {
  expect(excessIn(bytes(body))).toBeUndefined();
});

test.each<[string, unknown, string | undefined, string]>([
  ["fields of the body", fields(201), undefined, "has more than 200 fields"],
  ["inputs", { inputs: fields(1001) }, "inputs", "has more than 1000 fields"],
  ["fields within an input", { inputs: { a: [fields(10_001)] } }, "inputs", "has more than 10000 fields"],
  ["fields of meta", { meta: fields(10_001) }, "meta", "has more than 10000 fields"],
  ["fields of a webhook", { webhooks: [{}, fields(201)] }, "webhooks", "has more than 200 fields"],
  ["names of a webhook", { webhooks: { events: list(1001) } }, "webhooks", "has more than 1000 entries"],
  ["webhooks", { inputs: {}, webhooks: list(1001) }, "webhooks", "has more than 1000 entries"],
  ["inputs that are not the body's", { filter: { inputs: fields(201) } }, "filter", "has more than 200 fields"],
  ["a list for a body", list(1001), undefined, "has more than 1000 entries"],
  ["101 levels", { inputs: { deep: nested(99) } }, "inputs", "is nested deeper than 100 levels"],
  ["brackets without an end", "[".repeat(100_000), undefined, "is nested deeper than 100 levels"],
])("%s beyond them are found", (_name, body, field, has) => {
  expect(excessIn(bytes(body))).toEqual({ field, has });
});
