import { newExecutionId } from "@crewstream/contracts";
import { describe, expect, test } from "vitest";
import { defineAgent } from "../agent/define-agent.ts";
import type { CrewDefinition } from "../crew/crew.ts";
import { defineCrew } from "../crew/define-crew.ts";
import { defineFlow } from "../flow/define-flow.ts";
import { eventProblems, testContext, traceOf, type ScriptedAnswer } from "../testing/index.ts";
import { crashingStore } from "../testing/crashing-store.ts";
import type { MemoryStore } from "./memory-store.ts";
import { processMemoryStore } from "./memory-store.ts";
import { memories, memoryModel, type MemoryAnswers } from "./testing/memory-answers.ts";

function shop(answers: MemoryAnswers, changes: Partial<CrewDefinition> = {}) {
  const model = memoryModel(answers);
  const crew = defineCrew({
    name: "Shop Crew",
    agents: { keeper: { role: "The Keeper", goal: "g", backstory: "b", model } },
    tasks: [{ name: "tell", description: "Tell what you know of the lamp", expectedOutput: "e", agent: "keeper" }],
    memory: true,
    ...changes,
  });
  return { crew, model };
}
const learns = { work: "The lamp is red.", extract: memories("The lamp is red.", "The shop opens at nine.") };
const promptOf = (call: { prompt: unknown } | undefined): string => JSON.stringify(call?.prompt);
const contentsOf = async (store: MemoryStore): Promise<string[]> =>
  (await store.read("test")).map(({ record }) => record.content).sort();

describe("a crew that remembers", () => {
  test("gets in its second run what it learnt in the first", async () => {
    const memory = processMemoryStore();
    const first = testContext({ memories: memory });
    expect(await shop(learns).crew.run(first)).toMatchObject({ state: "SUCCESS", usage: { successful_requests: 2 } });
    expect(eventProblems(first.sink.events)).toEqual([]);
    expect((await memory.read("test"))[0]?.record).toMatchObject({
      content: "The lamp is red.",
      scope: "/crew/shop-crew/agent/the-keeper",
      categories: ["fact"],
      importance: 0.7,
    });
    const { crew, model } = shop(learns);
    const second = testContext({ memories: memory });
    expect(await crew.run(second)).toMatchObject({ state: "SUCCESS" });
    expect(eventProblems(second.sink.events)).toEqual([]);
    expect(promptOf(model.calls[0])).toMatch(/Memories of earlier work.*The lamp is red\..*categories: fact/);
    const told = second.sink.events.find(({ type }) => type === "memory_retrieval_completed");
    expect(told?.data["memory_content"]).toMatch(/^Relevant memories:\n- \(score=0\.\d\d\) The lamp is red\./);
    // Exact duplicates are neither passed to a model nor stored twice.
    expect(model.calls).toHaveLength(2);
    expect(await contentsOf(memory)).toEqual(["The lamp is red.", "The shop opens at nine."]);
  });

  test("emits what CrewAI emits, in its order", async () => {
    const memory = processMemoryStore();
    await shop(learns).crew.run(testContext({ memories: memory }));
    const { sink, ...context } = testContext({ memories: memory });
    await shop(learns).crew.run({ ...context, sink });
    const shown = sink.events.filter(({ type }) => !type.startsWith("agent_logs") && !type.startsWith("crew_step"));
    expect(shown.map(({ type }) => type).filter((type) => type !== "llm_stream_chunk")).toEqual([
      "crew_kickoff_started",
      "task_started",
      "memory_retrieval_started",
      "memory_query_started",
      "memory_query_completed",
      "memory_retrieval_completed",
      "agent_execution_started",
      "llm_call_started",
      "llm_call_completed",
      "llm_call_started",
      "llm_call_completed",
      "memory_save_started",
      "agent_execution_completed",
      "task_completed",
      "memory_save_completed",
      "crew_kickoff_completed",
    ]);
    const byType = (type: string) => sink.events.find((event) => event.type === type);
    const parentOf = (type: string) => sink.events.find(({ id }) => id === byType(type)?.data["parent_event_id"])?.type;
    expect(parentOf("memory_retrieval_started")).toBe("task_started");
    expect(parentOf("memory_query_started")).toBe("memory_retrieval_started");
    expect(parentOf("memory_save_started")).toBe("agent_execution_started");
    expect(parentOf("memory_save_completed")).toBe("agent_execution_started");
    expect(byType("memory_query_started")?.data).toMatchObject({
      query: "Tell what you know of the lamp",
      limit: 5,
      score_threshold: null,
      source_type: "unified_memory",
      task_id: null,
      agent_id: null,
    });
    expect(byType("memory_retrieval_started")?.data).toMatchObject({ source_type: "agent", agent_role: "The Keeper" });
    expect(byType("memory_save_started")?.data).toMatchObject({ value: "2 memories (background)", metadata: null });
    expect(byType("memory_save_completed")?.data).toMatchObject({
      value: "2 memories saved",
      metadata: {},
      agent_role: "The Keeper",
    });
    expect(traceOf(sink.events).at(-1)).toMatch(/crew_kickoff_completed - /);
  });

  test("saves what one task learnt before the next one searches", async () => {
    const { crew, model } = shop(learns, {
      tasks: [
        { name: "one", description: "Look at the lamp", expectedOutput: "e", agent: "keeper" },
        { name: "two", description: "Say what colour the lamp has", expectedOutput: "e", agent: "keeper", context: [] },
      ],
    });
    const context = testContext({ memories: processMemoryStore() });
    await crew.run(context);
    expect(eventProblems(context.sink.events)).toEqual([]);
    expect(promptOf(model.calls[2])).toMatch(/Memories of earlier work.*The lamp is red/);
  });

  test.each<[string, ScriptedAnswer, string[]]>([
    ["texts alone", '{"memories":["The lamp is red."]}', ["The lamp is red."]],
    ["nothing worth it", '{"memories":[]}', []],
    ["no JSON", "I would rather not", [expect.stringMatching(/^Task: Tell.*Result: Red\.$/s) as string]],
    ["no answer", { error: new Error("away") }, [expect.stringMatching(/^Task: Tell/) as string]],
  ])("takes from a result: %s", async (_, extract, kept) => {
    const store = processMemoryStore();
    const context = testContext({ memories: store });
    const { crew, model } = shop({ work: "Red.", extract });
    Object.assign(crew.definition.agents["keeper"] ?? {}, { model: { language: model, maxAttempts: 1 } });
    expect(await crew.run(context)).toMatchObject({ state: "SUCCESS" });
    expect(eventProblems(context.sink.events)).toEqual([]);
    expect(await contentsOf(store)).toEqual(kept);
  });

  test("continues without a memory that does not respond, and reports why", async () => {
    const away = (): Promise<never> => Promise.reject(new Error("the store is full"));
    const broken: MemoryStore = { read: away, change: away, vectors: away, keepVectors: away };
    const context = testContext({ memories: broken });
    expect(await shop(learns).crew.run(context)).toMatchObject({ state: "SUCCESS" });
    expect(eventProblems(context.sink.events)).toEqual([]);
    const failed = context.sink.events.filter(({ type }) => type.endsWith("_failed"));
    expect(failed.map(({ type, data }) => [type, data["error"]])).toEqual([
      ["memory_query_failed", "the store is full"],
      ["memory_retrieval_failed", "the store is full"],
      ["memory_save_failed", "the store is full"],
    ]);
  });

  test("that fails has saved what it learnt before", async () => {
    const store = processMemoryStore();
    const { crew } = shop(learns, {
      taskCallback: () => {
        throw new Error("no");
      },
    });
    const context = testContext({ memories: store });
    expect(await crew.run(context)).toMatchObject({ state: "FAILED" });
    expect(eventProblems(context.sink.events)).toEqual([]);
    expect(context.sink.types().slice(-2)).toEqual(["memory_save_completed", "crew_kickoff_failed"]);
    expect(await contentsOf(store)).toHaveLength(2);
  });

  test("killed at any write continues elsewhere and stores everything once", async () => {
    const whole = crashingStore({ executionId: newExecutionId(), memories: processMemoryStore() });
    const { context, flush } = whole.process();
    await shop(learns).crew.run(context);
    flush();
    const writes = whole.rows.size;
    expect(writes).toBeGreaterThan(5);
    for (let at = 0; at < writes; at += 1) {
      for (const crash of [{ before: at }, { after: at }]) {
        const memory = processMemoryStore();
        const store = crashingStore({ executionId: newExecutionId(), memories: memory });
        await expect(shop(learns).crew.run(store.process(crash).context)).rejects.toThrow("killed");
        const second = store.process();
        expect(await shop(learns).crew.run(second.context)).toMatchObject({
          state: "SUCCESS",
          usage: { successful_requests: 2 },
        });
        second.flush();
        expect(eventProblems(store.events)).toEqual([]);
        expect(store.events.map(({ type }) => type)).toEqual(whole.events.map(({ type }) => type));
        expect(await contentsOf(memory)).toEqual(["The lamp is red.", "The shop opens at nine."]);
      }
    }
  });
});

describe("old and new memories", () => {
  const before = "The lamp in the hall is red and stands by the door";
  const after = "The lamp in the hall is green and stands by the door";
  async function twice(merge: string) {
    const store = processMemoryStore();
    await shop({ extract: memories(before) }).crew.run(testContext({ memories: store }));
    const { crew, model } = shop({ extract: memories(after), merge });
    const context = testContext({ memories: store });
    await crew.run(context);
    expect(eventProblems(context.sink.events)).toEqual([]);
    expect(promptOf(model.calls.at(-1))).toContain("m1 (importance 0.7");
    return store;
  }
  const decided = (action: object, insert_new: boolean): string =>
    JSON.stringify({ statements: [{ actions: [{ id: "m1", content: null, ...action }], insert_new }] });

  test.each<[string, string, string[]]>([
    [
      "are joined",
      decided({ action: "update", content: "It was red, it is green" }, false),
      ["It was red, it is green"],
    ],
    ["replace each other", decided({ action: "delete" }, true), [after]],
    ["stand beside each other", decided({ action: "keep" }, true), [after, before]],
    ["are the same", decided({ action: "keep" }, false), [before]],
    ["stand beside each other when nobody decides", "no plan", [after, before]],
    ["are left alone under ids that were not asked about", decided({ id: "m7", action: "delete" }, false), [before]],
  ])("%s", async (_, merge, kept) => {
    expect(await contentsOf(await twice(merge))).toEqual(kept);
  });
});

describe("which memory is used", () => {
  test("an agent's own takes precedence over the crew's, and only its path is visible", async () => {
    const store = processMemoryStore();
    const run = (memory: CrewDefinition["memory"], own: CrewDefinition["memory"]) => {
      const { crew, model } = shop(learns, memory === undefined ? { memory: false } : { memory });
      if (own !== undefined) Object.assign(crew.definition.agents["keeper"] ?? {}, { memory: own });
      return crew.run(testContext({ memories: store })).then(() => model);
    };
    await run(true, { rootPath: "/lamps" });
    expect((await store.read("test"))[0]?.record.scope).toBe("/crew/shop-crew/lamps");
    expect(promptOf((await run(undefined, { scopes: ["/elsewhere"] })).calls[0])).not.toContain("earlier work");
    const reader = await run(undefined, { scopes: ["/crew/shop-crew"] });
    expect(promptOf(reader.calls[0])).toContain("earlier work");
    expect(reader.calls).toHaveLength(1);
    expect(reader.calls[0]?.tools?.map(({ name }) => name)).toEqual(["search_memory"]);
    await run(undefined, true);
    expect((await store.read("test")).map(({ record }) => record.scope)).not.toContain("/");
    await run(undefined, { rootScope: "/own" });
    expect((await store.read("test")).map(({ record }) => record.scope)).toContain("/own/agent/the-keeper");
  });

  test("of a standalone agent is searched and added to", async () => {
    const store = processMemoryStore();
    const ask = async (): Promise<string> => {
      const model = memoryModel(learns);
      const lone = defineAgent({ role: "L", goal: "g", backstory: "b", model, memory: true });
      const flow = defineFlow({}, (f) => f.start("ask", async () => (await lone.kickoff("What of the lamp?")).raw));
      const context = testContext({ memories: store });
      expect(await flow.run(context)).toMatchObject({ state: "SUCCESS" });
      expect(eventProblems(context.sink.events)).toEqual([]);
      return promptOf(model.calls[0]);
    };
    expect(await ask()).not.toContain("earlier work");
    expect(await ask()).toContain("The lamp is red.");
  });

  test("of a flow is filled by its methods", async () => {
    const store = processMemoryStore();
    const flow = defineFlow({ name: "Post Office" }, (f) =>
      f
        .start("keep", ({ remember }) =>
          remember("Ada likes short letters", { importance: 0.9, categories: ["people"] }),
        )
        .listen("look", "keep", async ({ recall }) => (await recall("letters")).map(({ record }) => record.content)),
    );
    const context = testContext({ memories: store });
    expect(await flow.run(context)).toMatchObject({ state: "SUCCESS", result: ["Ada likes short letters"] });
    expect(eventProblems(context.sink.events)).toEqual([]);
    expect((await store.read("test"))[0]?.record).toMatchObject({ scope: "/flow/post-office", importance: 0.9 });
    const saved = context.sink.events.find(({ type }) => type === "memory_save_completed");
    expect(saved?.data).toMatchObject({ value: "Ada likes short letters" });
  });

  test("is searched and added to by its tools", async () => {
    const store = processMemoryStore();
    const calls = [
      { name: "save_to_memory", args: { contents: ["The lamp is red.", "The shop opens at nine."] } },
      { name: "search_memory", args: { queries: "When does the shop open?" } },
    ];
    const { crew, model } = shop({
      work: ({ prompt }) => (prompt.length > 2 ? "Done." : { tools: calls }),
      judge: '{"statements":[{"importance":0.2,"categories":["lamps"]}]}',
    });
    const context = testContext({ memories: store });
    expect(await crew.run(context)).toMatchObject({ state: "SUCCESS" });
    expect(eventProblems(context.sink.events)).toEqual([]);
    const importances = (await store.read("test")).map(({ record }) => record.importance);
    expect(importances).toEqual([0.2, 0.5]);
    expect(context.sink.types().filter((type) => type.startsWith("memory_save"))).toHaveLength(2);
    expect(promptOf(model.calls[0])).not.toContain("Found memories");
  });
});
