import { readFileSync } from "node:fs";
import { describe, expect, expectTypeOf, test } from "vitest";
import { typeAliases } from "../selection.ts";
import { baseFields } from "./base.ts";
import {
  eventGroups,
  eventTypes,
  isKnownEventType,
  schemaFor,
  type CatalogueEvent,
  type EventAliases,
} from "./catalogue.ts";
import { describeEventTypes, type EventTypeDescription } from "./describe.ts";
import { pairs } from "./scope.ts";

type CrewaiField = [name: string, required: boolean, type: string];
interface CrewaiEvents {
  base_fields: string[];
  pairs: Record<string, string>;
  events: { type: string; group: string; scope: string | null; closes: string | null; fields: CrewaiField[] }[];
}

const crewai = JSON.parse(
  readFileSync(new URL("../../../../test/fixtures/crewai-events.json", import.meta.url), "utf8"),
) as CrewaiEvents;

const ours = ["crew_step_started", "crew_step_completed"];
const described = new Map<string, EventTypeDescription>(describeEventTypes().map((entry) => [entry.type, entry]));

function schemaOf(type: string): { properties: Record<string, object>; required: string[] } {
  return described.get(type)!.schema as { properties: Record<string, object>; required: string[] };
}

describe("against CrewAI", () => {
  test("the types are CrewAI's and ours", () => {
    expect([...eventTypes].sort()).toEqual([...crewai.events.map(({ type }) => type), ...ours].sort());
  });

  test("the base fields are CrewAI's", () => {
    expect(Object.keys(baseFields).sort()).toEqual(crewai.base_fields);
  });

  test("the pairs are CrewAI's and ours", () => {
    expect(pairs).toEqual({ ...crewai.pairs, crew_step_completed: "crew_step_started" });
  });

  test.each(crewai.events)("$type has its group, scope and fields", ({ type, group, scope, closes, fields }) => {
    expect(described.get(type)).toMatchObject({ group, scope: scope ?? "none", closes });
    const { properties, required } = schemaOf(type);
    const expected = fields.map(([name, isRequired, python]) => [name, isRequired, simpleTypes[python]?.toSorted()]);
    const actual = fields.map(([name, , python]) => [
      name,
      required.includes(name),
      python in simpleTypes ? typesOf(properties[name] ?? {}) : undefined,
    ]);
    expect(actual).toEqual(expected);
    expect(Object.keys(properties)).toEqual(expect.arrayContaining(fields.map(([name]) => name)));
  });
});

/** JSON Schema types of the Python types that have only one; the others are our own views. */
const simpleTypes: Record<string, string[]> = {
  str: ["string"],
  "str | None": ["string", "null"],
  "Path | None": ["string", "null"],
  datetime: ["string"],
  "datetime | None": ["string", "null"],
  int: ["integer"],
  "int | None": ["integer", "null"],
  float: ["number"],
  "float | None": ["number", "null"],
  bool: ["boolean"],
  "bool | None": ["boolean", "null"],
  "dict[str, Any] | None": ["object", "null"],
  "dict[str, Any] | str": ["object", "string"],
  "dict[str, Any] | BaseModel": ["object"],
  "list[str]": ["array"],
  "list[str] | None": ["array", "null"],
};

function typesOf(schema: { type?: string | string[]; anyOf?: object[] }): string[] {
  if (schema.anyOf) return schema.anyOf.flatMap(typesOf).sort();
  return [schema.type ?? []].flat().sort();
}

describe("every type", () => {
  test.each(describeEventTypes())("$type has an example that parses, and all of it is in the schema", (entry) => {
    expect(schemaFor(entry.type).parse(entry.example)).toEqual(entry.example);
    const { properties } = schemaOf(entry.type);
    expect(Object.keys(entry.example).filter((name) => !Object.hasOwn(properties, name))).toEqual([]);
  });

  test.each(describeEventTypes())("$type is described in one sentence", ({ description }) => {
    expect(description).toMatch(/^[A-Z][^\n]{10,160}\.$/);
  });

  test.each(describeEventTypes())("$type accepts further fields and requires its number", ({ type, example }) => {
    expect(schemaFor(type).parse({ ...example, added_later: [1] })).toHaveProperty("added_later", [1]);
    expect(schemaFor(type).safeParse({ ...example, emission_sequence: 0 }).success).toBe(false);
  });
});

test("no type is in two groups", () => {
  const all = Object.values(eventGroups).flatMap((types) => Object.keys(types));
  expect(all).toEqual(eventTypes);
  expect(new Set(all).size).toBe(all.length);
});

test("an alias is known and has the schema of its type, but is not a type", () => {
  expect(schemaFor("tool_usage_completed")).toBe(schemaFor("tool_usage_finished"));
  expect(isKnownEventType("crew_execution_completed")).toBe(true);
  expect(eventTypes).not.toContain("crew_execution_completed");
  expect(described.get("tool_usage_finished")?.aliases).toEqual(["tool_usage_completed"]);
  expect(typeAliases).toEqual({
    tool_usage_completed: "tool_usage_finished",
    crew_execution_completed: "crew_kickoff_completed",
  } satisfies EventAliases);
});

test("custom names have no schema, and neither do names that every object has", () => {
  for (const name of ["order_shipped", "toString", "__proto__", "constructor", ""]) {
    expect(schemaFor(name)).toBeUndefined();
    expect(isKnownEventType(name)).toBe(false);
  }
});

test("the union narrows by type", () => {
  const read = (event: CatalogueEvent): string => {
    if (event.type === "task_completed") {
      expectTypeOf(event.data.output.raw).toEqualTypeOf<string>();
      expectTypeOf(event.data.task_index).toEqualTypeOf<number | undefined>();
      return event.data.output.raw;
    }
    if (event.type === "tool_usage_completed") {
      expectTypeOf(event.data.finished_at).toEqualTypeOf<string>();
      return event.data.tool_name;
    }
    return event.type;
  };
  const { example } = described.get("task_completed")!;
  const data = schemaFor("task_completed").parse(example);
  const timestamp = "2026-11-23T14:08:45.166Z";
  expect(read({ id: "e1", execution_id: "x1", timestamp, type: "task_completed", data })).toBe(
    "- Faster cold start (#812)",
  );
});
