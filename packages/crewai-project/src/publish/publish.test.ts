import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { parseJsonc } from "../documents/json-document.ts";
import { jsonSchemas } from "./json-schemas.ts";
import { keyTables } from "./key-tables.ts";
import { pageUrl, schemasUrl, withTables } from "./page.ts";

const example = (path: string): Promise<string> =>
  readFile(new URL(`../../../../examples/${path}`, import.meta.url), "utf8");

describe("published files are current (else: npm run docs)", () => {
  test.each(Object.entries(jsonSchemas()))("docs/schemas/%s", async (file, schema) => {
    expect(JSON.parse(await readFile(new URL(file, schemasUrl), "utf8"))).toEqual(schema);
  });

  test("the tables of docs/automations.md", async () => {
    const page = await readFile(pageUrl, "utf8");
    expect(page).toBe(withTables(page, keyTables()));
  });
});

test("the published schemas accept the examples, and reject invalid projects", async () => {
  const fits = (file: string, value: unknown): boolean =>
    z.fromJSONSchema(jsonSchemas()[file] as never).safeParse(value).success;
  const crew = parseJsonc("crew.jsonc", await example("topic_brief/crew.jsonc")).value as object;
  expect(fits("crew.schema.json", crew)).toBe(true);
  expect(fits("crew.schema.json", { ...crew, proces: "sequential" })).toBe(false);
  const agent = parseJsonc("editor.jsonc", await example("topic_brief/agents/editor.jsonc")).value as object;
  expect(fits("agent.schema.json", agent)).toBe(true);
  expect(fits("agent.schema.json", { ...agent, max_iter: "many" })).toBe(false);
  const flow = parse(await example("reviewed_post/src/reviewed_post/flow.yaml")) as object;
  expect(fits("flow.schema.json", flow)).toBe(true);
  expect(fits("flow.schema.json", { ...flow, schema: "crewai.flow/v2" })).toBe(false);
});
