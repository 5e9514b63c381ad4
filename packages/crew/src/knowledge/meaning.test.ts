import { newExecutionId } from "@crewstream/contracts";
import { expect, test } from "vitest";
import { defineCrew } from "../crew/define-crew.ts";
import { processMemoryStore } from "../memory/memory-store.ts";
import { eventProblems, scriptedModel, testContext } from "../testing/index.ts";
import { crashingStore } from "../testing/crashing-store.ts";
import { wordEmbedder, type WordEmbedder } from "../testing/word-embedder.ts";

const geese = { name: "geese.txt", text: "Geese fly south in autumn." };
const trains = { name: "trains.txt", text: "The night train leaves at ten." };

function crewWith(embedder: WordEmbedder, more: { threshold?: number; limit?: number } = {}) {
  const model = scriptedModel(({ prompt }) =>
    JSON.stringify(prompt).includes("searched by meaning") ? "when geese fly south" : "Done.",
  );
  const agent = {
    role: "A",
    goal: "g",
    backstory: "b",
    model,
    ...(more.threshold === undefined ? {} : { knowledgeThreshold: more.threshold }),
    ...(more.limit === undefined ? {} : { knowledgeLimit: more.limit }),
  };
  const crew = defineCrew({
    agents: { a: agent },
    tasks: [{ name: "t", description: "When do the birds leave?", expectedOutput: "e", agent: "a" }],
    knowledge: [geese, trains],
    embedder,
  });
  return { crew, told: () => JSON.stringify(model.calls.at(-1)?.prompt) };
}

test.each([
  [{}, ["Geese fly"], ["night train"]],
  [{ threshold: 0 }, ["Geese fly", "night train"], []],
  [{ threshold: 0, limit: 1 }, ["Geese fly"], ["night train"]],
  [{ threshold: 1 }, [], ["Geese fly", "night train"]],
])("knowledge is found by meaning: %j", async (more, found, left) => {
  const { crew, told } = crewWith(wordEmbedder(), more);
  const context = testContext();
  expect(await crew.run(context)).toMatchObject({ state: "SUCCESS", usage: { successful_requests: 2 } });
  expect(eventProblems(context.sink.events)).toEqual([]);
  for (const text of found) expect(told()).toContain(text);
  for (const text of left) expect(told()).not.toContain(text);
});

test("its passages are embedded once, whatever the number of runs, and again for another embedder", async () => {
  const memories = processMemoryStore();
  const embedder = wordEmbedder();
  for (let run = 0; run < 3; run += 1) await crewWith(embedder).crew.run(testContext({ memories }));
  expect(embedder.asked.filter((text) => text === geese.text)).toHaveLength(1);
  expect(embedder.asked.filter((text) => text === "when geese fly south")).toHaveLength(3);
  const other = wordEmbedder("other");
  await crewWith(other).crew.run(testContext({ memories }));
  expect(other.asked).toContain(geese.text);
});

test("an unavailable embedder is reported, and the task continues without it", async () => {
  const embedder = wordEmbedder();
  embedder.away = true;
  const { crew, told } = crewWith(embedder);
  const context = testContext();
  expect(await crew.run(context)).toMatchObject({ state: "SUCCESS" });
  expect(eventProblems(context.sink.events)).toEqual([]);
  const failed = context.sink.events.find(({ type }) => type === "knowledge_search_query_failed");
  expect(failed?.data).toMatchObject({ query: "when geese fly south", error: "the embedder is down" });
  expect(told()).not.toContain("Geese fly");
});

test("a run that is resumed elsewhere embeds nothing again", async () => {
  const store = crashingStore({ executionId: newExecutionId(), memories: processMemoryStore() });
  // The model's query, then the results.
  await expect(crewWith(wordEmbedder()).crew.run(store.process({ after: 1 }).context)).rejects.toThrow("killed");
  const embedder = wordEmbedder();
  const { crew, told } = crewWith(embedder);
  expect(await crew.run(store.process().context)).toMatchObject({ state: "SUCCESS" });
  expect(embedder.asked).toEqual([]);
  expect(told()).toContain("Geese fly");
});
