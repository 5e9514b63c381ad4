import { newExecutionId } from "@crewstream/contracts";
import { describe, expect, test } from "vitest";
import { defineAgent } from "../agent/define-agent.ts";
import { defineCrew } from "../crew/define-crew.ts";
import { defineFlow } from "../flow/define-flow.ts";
import { eventProblems, scriptedModel, testContext, type ScriptedAnswer } from "../testing/index.ts";
import { crashingStore } from "../testing/crashing-store.ts";
import { piecesOf, type KnowledgeSource } from "./knowledge.ts";
import { WordIndex } from "./word-index.ts";

const geese: KnowledgeSource = { name: "geese.txt", text: "Geese fly south in autumn. They rest on lakes." };
const trains: KnowledgeSource = { name: "trains.txt", text: "The night train leaves at ten." };

/** Returns search words if it is asked for them, and otherwise works with its prompt. */
const model = (query: ScriptedAnswer) =>
  scriptedModel(({ prompt }) => (JSON.stringify(prompt).includes("searched by words") ? query : "Done."));

function crewWith(query: ScriptedAnswer, knowing: { agent?: KnowledgeSource[]; crew?: KnowledgeSource[] }) {
  const own = model(query);
  const agent = {
    role: "A",
    goal: "g",
    backstory: "b",
    model: own,
    ...(knowing.agent ? { knowledge: knowing.agent } : {}),
  };
  const crew = defineCrew({
    agents: { a: agent },
    tasks: [{ name: "t", description: "When do the birds leave?", expectedOutput: "e", agent: "a" }],
    ...(knowing.crew ? { knowledge: knowing.crew } : {}),
  });
  return { crew, calls: own.calls };
}
const promptOf = (call: { prompt: unknown } | undefined): string => JSON.stringify(call?.prompt);

describe("an index of words", () => {
  const index = new WordIndex(
    [geese, trains, { name: "more", text: "Lakes and rivers, lakes and ponds." }].flatMap((source) => piecesOf(source)),
  );
  test.each([
    ["GOOSE or geese, flying", 5, ["geese.txt"]],
    ["lake", 5, ["more", "geese.txt"]],
    ["lake", 1, ["more"]],
    ["café trains", 5, ["trains.txt"]],
    ["nothing of it", 5, []],
    ["", 5, []],
  ])("finds for %j", (question, limit, names) => {
    expect(index.find(question, limit).map(({ source }) => source)).toEqual(names);
  });

  test("searches passages that overlap, and contain all of the text", () => {
    const pieces = piecesOf({ name: "n", text: "abcdefghij", chunkSize: 4, chunkOverlap: 2 });
    expect(pieces.map(({ text }) => text)).toEqual(["abcd", "cdef", "efgh", "ghij"]);
    expect(piecesOf({ name: "n", text: " " })).toEqual([]);
    expect(() => piecesOf({ name: "n", text: "a", chunkSize: 2, chunkOverlap: 2 })).toThrow("overlap by 2");
  });
});

describe("knowledge", () => {
  test("of the agent, then of its crew, is added before the agent begins", async () => {
    const { crew, calls } = crewWith("geese train", { agent: [geese], crew: [trains] });
    const context = testContext();
    expect(await crew.run(context)).toMatchObject({ state: "SUCCESS", usage: { successful_requests: 2 } });
    expect(eventProblems(context.sink.events)).toEqual([]);
    expect(promptOf(calls[1])).toMatch(/\[geese\.txt\].*Geese fly south.*\[trains\.txt\].*night train/);
    const { events } = context.sink;
    const types = context.sink
      .types()
      .filter((type) => /^(task_started|knowledge_|agent_execution|llm_call)/.test(type));
    expect(types).toEqual([
      "task_started",
      "knowledge_search_query_started",
      "knowledge_query_started",
      "llm_call_started",
      "llm_call_completed",
      "knowledge_query_completed",
      "knowledge_search_query_completed",
      "agent_execution_started",
      "llm_call_started",
      "llm_call_completed",
      "agent_execution_completed",
    ]);
    const of = (type: string) => events.find((event) => event.type === type);
    expect(of("knowledge_search_query_started")?.data["parent_event_id"]).toBe(of("task_started")?.id);
    expect(of("knowledge_query_started")?.data["parent_event_id"]).toBe(of("knowledge_search_query_started")?.id);
    const completed = of("knowledge_search_query_completed")?.data;
    expect(completed).toMatchObject({ query: "geese train", task_name: "t", agent_role: "A" });
    expect(completed?.["retrieved_knowledge"]).toContain("Geese fly south");
  });

  test("without a match leaves the task unchanged, and without knowledge no query is made", async () => {
    const found = crewWith("submarine", { agent: [geese] });
    await found.crew.run(testContext());
    expect(promptOf(found.calls[1])).not.toContain("Documents say");
    const none = crewWith("geese", {});
    const context = testContext();
    await none.crew.run(context);
    expect(none.calls).toHaveLength(1);
    expect(context.sink.types().filter((type) => type.startsWith("knowledge_"))).toEqual([]);
  });

  test("is searched with the task's own words if the model returns none", async () => {
    const { crew, calls } = crewWith({ error: new Error("no") }, { agent: [{ name: "b", text: "Birds of passage" }] });
    const context = testContext();
    expect(await crew.run(context)).toMatchObject({ state: "SUCCESS" });
    expect(eventProblems(context.sink.events)).toEqual([]);
    expect(context.sink.types()).toContain("knowledge_query_failed");
    expect(promptOf(calls.at(-1))).toContain("Birds of passage");
  });

  test("is available to a standalone agent", async () => {
    const own = model("geese");
    const lone = defineAgent({ role: "L", goal: "g", backstory: "b", model: own, knowledge: [geese] });
    const flow = defineFlow({}, (f) => f.start("ask", async () => (await lone.kickoff("When?")).raw));
    const context = testContext();
    expect(await flow.run(context)).toMatchObject({ state: "SUCCESS", result: "Done." });
    expect(eventProblems(context.sink.events)).toEqual([]);
    expect(promptOf(own.calls[1])).toContain("Geese fly south");
  });

  test("is not searched again when the run is resumed", async () => {
    const store = crashingStore({ executionId: newExecutionId() });
    const first = crewWith("geese", { agent: [geese] }).crew.run(store.process({ after: 0 }).context);
    await expect(first).rejects.toThrow("killed");
    const { crew, calls } = crewWith("other words", { agent: [geese] });
    const { context, flush } = store.process();
    expect(await crew.run(context)).toMatchObject({ state: "SUCCESS" });
    flush();
    expect(calls).toHaveLength(1);
    expect(promptOf(calls[0])).toContain("Geese fly south");
    expect(eventProblems(store.events)).toEqual([]);
  });
});
