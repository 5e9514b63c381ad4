import { liesWithin } from "@crewstream/contracts";
import { describe, expect, test } from "vitest";
import { packVector } from "../embedder/vector.ts";
import { defineCrew } from "../crew/define-crew.ts";
import { eventProblems, storedMemory, testContext } from "../testing/index.ts";
import { wordEmbedder } from "../testing/word-embedder.ts";
import { likeness, likenessTo } from "./likeness.ts";
import { memoryFrom, type MemoryRef } from "./memory.ts";
import { processMemoryStore } from "./memory-store.ts";
import { joinScopes, scopeName } from "./scope-path.ts";
import { matchesText, scored } from "./score.ts";
import { memories, memoryModel } from "./testing/memory-answers.ts";

const memoryOf = (ref: MemoryRef) => memoryFrom(ref, { owner: "o", model: undefined, embedder: undefined });
const of = (content: string, vector?: number[], embedder = "p/m") => {
  const stored = storedMemory(content);
  return {
    ...stored,
    record: { ...stored.record, content },
    vector: vector === undefined ? null : packVector(vector),
    embedder: vector === undefined ? null : embedder,
  };
};

describe("a memory's score", () => {
  const { record } = storedMemory("m");
  const { settings } = memoryOf(true)!;
  const day = (days: number): Date => new Date(Date.parse(record.created_at) + days * 86_400_000);
  test.each([
    [1, 0, 0.5, 0.9, ["semantic", "recency"]],
    [1, 30, 0.5, 0.75, ["semantic"]],
    [1, 60, 1, 0.775, ["semantic", "importance"]],
    [0, 0, 0, 0.3, ["semantic", "recency"]],
    [0, -5, 0, 0.3, ["semantic", "recency"]],
  ])("of likeness %d after %d days with importance %d is %d", (likely, days, importance, score, reasons) => {
    const match = scored({ ...record, importance }, likely, settings, day(days));
    expect(match.score).toBeCloseTo(score, 10);
    expect(match.match_reasons).toEqual(reasons);
  });

  test("is shown with its categories and metadata", () => {
    const match = scored(
      { ...record, categories: ["a", "b"], metadata: { by: "Ada", no: null, list: [1] } },
      1,
      settings,
      day(0),
    );
    expect(matchesText([match])).toBe("- (score=0.90) content of m\n  categories: a, b\n  by: Ada\n  list: [1]");
  });
});

describe("similarity", () => {
  test("is by meaning if vectors are of one embedder, else by words", () => {
    const asked = { text: "red lamp", vector: packVector([1, 0]), embedder: "p/m" };
    const values = likenessTo(asked, [
      of("same", [2, 0]),
      of("half", [1, 1]),
      of("none", [0, 1]),
      of("against", [-1, 0]),
      of("a red lamp of another embedder", [1, 0], "p/other"),
      of("no lamp, and longer than the one above it by some words"),
      of("nothing"),
    ]);
    expect(values.map((value) => Number(value.toFixed(2)))).toEqual([1, 0.63, 0.33, 0.2, 1, expect.any(Number), 0]);
    expect(values[5]).toBeGreaterThan(0);
    expect(values[5]).toBeLessThan(1);
  });

  test.each([
    ["the same words", "The lamp is red.", "the lamp is red", 1],
    ["one word of four", "The lamp is red", "The lamp is green", 0.75],
    ["no word", "one", "two", 0],
    ["nothing", "", "", 0],
  ])("of statements with %s", (_, one, other, value) => {
    const asked = (text: string) => ({ text, vector: null, embedder: null });
    expect(likeness(asked(one), asked(other))).toBeCloseTo(value, 10);
  });
});

test("paths are written as CrewAI writes them", () => {
  expect(["Research Crew", "Agent #1 (Main)", "café_worker", "--", ""].map(scopeName)).toEqual([
    "research-crew",
    "agent-1-main",
    "caf-_worker",
    "unknown",
    "unknown",
  ]);
  expect([joinScopes(), joinScopes("/a/", "//b//c/"), joinScopes("a", undefined, "/")]).toEqual(["/", "/a/b/c", "/a"]);
  expect([liesWithin("/a/b", "/a"), liesWithin("/ab", "/a"), liesWithin("/a", "/")]).toEqual([true, false, true]);
});

test("with an embedder memories are found and merged by meaning, and an unavailable embedder fails nothing", async () => {
  const embedder = wordEmbedder();
  const store = processMemoryStore();
  const run = async (extract: string, merge = "{}") => {
    const model = memoryModel({ extract, merge });
    const crew = defineCrew({
      name: "c",
      agents: { a: { role: "A", goal: "g", backstory: "b", model } },
      tasks: [{ name: "t", description: "Which colour has the lamp?", expectedOutput: "e", agent: "a" }],
      memory: true,
      embedder,
    });
    const context = testContext({ memories: store });
    expect(await crew.run(context)).toMatchObject({ state: "SUCCESS" });
    expect(eventProblems(context.sink.events)).toEqual([]);
    return { context, model };
  };
  await run(memories("The old lamp in the hall next to the blue door has a red colour"));
  expect((await store.read("test"))[0]).toMatchObject({ embedder: "test/words", revision: 1 });
  const update = { id: "m1", action: "update", content: "The lamp was red and has a green colour" };
  const merge = JSON.stringify({ statements: [{ actions: [update], insert_new: false }] });
  const second = await run(memories("The old lamp in the hall next to the blue door has a green colour"), merge);
  expect(JSON.stringify(second.model.calls[0]?.prompt)).toContain(
    "The old lamp in the hall next to the blue door has a red colour",
  );
  const [joined, ...others] = await store.read("test");
  expect(others).toEqual([]);
  expect(joined).toMatchObject({ record: { content: update.content }, embedder: "test/words", revision: 2 });
  expect(embedder.asked).toContain(update.content);
  embedder.away = true;
  const { context } = await run(memories("The lamp is gone"));
  const failed = context.sink.types().filter((type) => type.endsWith("_failed"));
  expect(failed).toEqual(["memory_query_failed", "memory_retrieval_failed", "memory_save_failed"]);
});

test("beyond a thousand the least important are removed", async () => {
  const store = processMemoryStore();
  const many = Array.from({ length: 1000 }, (_, index) => ({
    ...storedMemory(`m${index}`),
    worth: Date.parse("2026-01-01T00:00:00Z") - 1000 + index,
  }));
  await store.change("test", { id: "x", insert: many, update: [], remove: [], limit: 1000 });
  const model = memoryModel({ extract: memories("The lamp is red") });
  const crew = defineCrew({
    agents: { a: { role: "A", goal: "g", backstory: "b", model } },
    tasks: [{ name: "t", description: "d", expectedOutput: "e", agent: "a" }],
    memory: true,
  });
  await crew.run(testContext({ memories: store }));
  const ids = (await store.read("test")).map(({ record }) => record.content);
  expect(ids).toHaveLength(1000);
  expect(ids).toContain("The lamp is red");
  expect(ids).not.toContain("content of m0");
});
