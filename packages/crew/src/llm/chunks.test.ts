import { newExecutionId } from "@crewstream/contracts";
import { expect, test } from "vitest";
import { defineCrew } from "../crew/define-crew.ts";
import { scriptedModel } from "../testing/index.ts";
import { crashingStore } from "../testing/crashing-store.ts";

const crew = (answer: string) =>
  defineCrew({
    agents: { a: { role: "A", goal: "g", backstory: "b", model: scriptedModel([answer]) } },
    tasks: [{ name: "t", description: "d", expectedOutput: "e", agent: "a" }],
  });

/** What a stream contains of a response that was cut off by a crash while it was streamed, then requested again. */
async function afterCrash(first: string, second: string) {
  const store = crashingStore({ executionId: newExecutionId() }, { eager: true });
  await crew(first)
    .run(store.process({ before: 0 }).context)
    .catch(() => undefined);
  const { context, flush } = store.process();
  await crew(second).run(context);
  flush();
  const chunks = store.events.filter(({ type }) => type === "llm_stream_chunk");
  return chunks.map(({ data }) => [data["chunk_index"], data["chunk"]]);
}

test("chunks that are streamed identically again are dropped", async () => {
  expect(await afterCrash("One two three.", "One two three.")).toEqual([
    [0, "One "],
    [1, "two "],
    [2, "three."],
  ]);
});

test("chunks of a different response are new from where it differs, and say what they replace", async () => {
  expect(await afterCrash("One two three.", "One more thing.")).toEqual([
    [0, "One "],
    [1, "two "],
    [2, "three."],
    [1, "more "],
    [2, "thing."],
  ]);
});
