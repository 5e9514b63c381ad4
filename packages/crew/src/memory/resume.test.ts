import { newExecutionId, type HumanAnswer } from "@crewstream/contracts";
import { expect, test } from "vitest";
import { defineAgent } from "../agent/define-agent.ts";
import { defineCrew } from "../crew/define-crew.ts";
import { defineFlow } from "../flow/define-flow.ts";
import type { Automation } from "../run-context.ts";
import { eventProblems } from "../testing/index.ts";
import { crashingStore, type Crash, type CrashingStore } from "../testing/crashing-store.ts";
import { processMemoryStore, type MemoryStore } from "./memory-store.ts";
import { memories, memoryModel } from "./testing/memory-answers.ts";

const executionId = newExecutionId();

/** Each task's learnings are its own words, and the second crew's lamp is very similar to the first one's. */
const answers = {
  work: ({ prompt }: { prompt: readonly unknown[] }) => {
    const text = JSON.stringify(prompt);
    const isNew = prompt.length === 2;
    if (text.includes("You are Crew Manager") && isNew) {
      const args = { task: "Task: dig", context: "c", coworker: "Worker" };
      return { tools: [{ name: "delegate_work_to_coworker", args }] };
    }
    if (text.includes("Task: tooled") && isNew) {
      return {
        tools: [
          { name: "search_memory", args: { queries: ["the lamp", "the shop"] } },
          { name: "save_to_memory", args: { contents: "The door is blue." } },
        ],
      };
    }
    return "Done.";
  },
  extract: ({ prompt }: { prompt: readonly unknown[] }) => {
    const task = /Task: (?:Task: )?(\w+)/.exec(JSON.stringify(prompt))?.[1] ?? "";
    return memories(`This was learnt from the task that is called ${task} by whoever did it`);
  },
  judge: '{"statements":[{"importance":0.9,"categories":["doors"]}]}',
  merge: JSON.stringify({
    statements: [{ actions: [{ id: "m1", action: "update", content: "Joined" }], insert_new: false }],
  }),
};

function everything(more: { async?: boolean; humanInput?: boolean } = {}): Automation {
  const model = memoryModel(answers);
  const worker = { role: "Worker", goal: "g", backstory: "b", model };
  const task = (name: string, extra: object = {}) => ({
    name,
    description: name,
    expectedOutput: "e",
    agent: "worker" as const,
    ...extra,
  });
  const crew = defineCrew({
    name: "everything",
    memory: true,
    agents: { worker },
    tasks: [
      task("tooled"),
      task("beside", more.async === true ? { asyncExecution: true } : {}),
      task("last", { humanInput: more.humanInput === true }),
    ],
  });
  const managed = defineCrew({
    name: "managed",
    process: "hierarchical",
    memory: true,
    managerAgent: { role: "Crew Manager", goal: "g", backstory: "b", model },
    agents: { worker: { ...worker, memory: { rootPath: "/worker" } } },
    tasks: [task("lead", { agent: undefined })],
  });
  const scout = defineAgent({ role: "Scout", goal: "g", backstory: "b", model, memory: { rootScope: "/scout" } });
  return defineFlow({ name: "Outer" }, (f) =>
    f
      .start("first", async () => (await crew.kickoff()).raw)
      .listen("second", "first", async () => (await managed.kickoff()).raw)
      .listen("third", "second", async ({ remember, recall }) => {
        await scout.kickoff("look");
        await remember("The flow has run", { importance: 0.3, categories: [] });
        return (await recall("flow")).length;
      }),
  );
}

async function live(store: CrashingStore, automation: Automation, crash?: Crash) {
  const { context, flush } = store.process(crash);
  const outcome = await automation.run(context).catch(() => undefined);
  if (outcome !== undefined) flush();
  return outcome;
}

const essence = ({ events }: CrashingStore) =>
  new Map(events.filter(({ type }) => !type.endsWith("_chunk")).map(({ id, type, data }) => [id, { type, data }]));
const contentsOf = async (store: MemoryStore): Promise<string[]> =>
  (await store.read("test")).map(({ record }) => `${record.scope}: ${record.content}`).sort();

test("a run that uses every kind of memory survives a crash at any write", { timeout: 120_000 }, async () => {
  const kept = processMemoryStore();
  const calm = crashingStore({ executionId, memories: kept });
  const outcome = await live(calm, everything());
  expect(outcome).toMatchObject({ state: "SUCCESS", result: 1 });
  expect(eventProblems(calm.events)).toEqual([]);
  expect(await contentsOf(kept)).toMatchInlineSnapshot(`
    [
      "/crew/everything/agent/worker: Joined",
      "/crew/everything/agent/worker: This was learnt from the task that is called last by whoever did it",
      "/crew/everything: The door is blue.",
      "/crew/managed/worker: Joined",
      "/flow/outer: The flow has run",
      "/scout/agent/scout: This was learnt from the task that is called look by whoever did it",
    ]
  `);
  const writes = calm.rows.size;
  expect(writes).toBeGreaterThan(50);
  for (let index = 0; index < writes; index += 1) {
    const again = processMemoryStore();
    const store = crashingStore({ executionId, memories: again });
    expect(await live(store, everything(), { before: index })).toBeUndefined();
    expect(await live(store, everything())).toEqual(outcome);
    expect(eventProblems(store.events)).toEqual([]);
    expect(essence(store)).toEqual(essence(calm));
    expect(await contentsOf(again)).toEqual(await contentsOf(kept));
  }
});

test("so does one whose tasks run in parallel", { timeout: 120_000 }, async () => {
  const calm = crashingStore({ executionId, memories: processMemoryStore() });
  await live(calm, everything({ async: true }));
  for (let index = 0; index < calm.rows.size; index += 1) {
    const again = processMemoryStore();
    const store = crashingStore({ executionId, memories: again });
    await live(store, everything({ async: true }), { before: index });
    await live(store, everything({ async: true }));
    expect(eventProblems(store.events)).toEqual([]);
    const contents = await contentsOf(again);
    expect(new Set(contents).size).toBe(contents.length);
  }
});

test("an answer under review is learnt once the person approves, and only once", async () => {
  const kept = processMemoryStore();
  const store = crashingStore({ executionId, memories: kept });
  let outcome = await live(store, everything({ humanInput: true }));
  for (const feedback of ["Better", ""]) {
    expect((await contentsOf(kept)).join()).not.toContain("called last");
    const path = outcome?.state === "PAUSED" ? (outcome.pending[0]?.path ?? "") : "";
    const value: HumanAnswer = { feedback, approved: null, at: "2026-01-02T00:00:00Z", source: "t", timedOut: false };
    store.rows.set(path, { kind: "human", value });
    outcome = await live(store, everything({ humanInput: true }));
  }
  expect(outcome).toMatchObject({ state: "SUCCESS" });
  expect(eventProblems(store.events)).toEqual([]);
  expect((await contentsOf(kept)).filter((content) => content.includes("called last"))).toHaveLength(1);
});
