import { newExecutionId } from "@crewstream/contracts";
import { type Crash, eventProblems, crashingStore } from "@crewstream/crew/testing";
import { expect, test } from "vitest";
import { loadProject } from "./load-project.ts";

const dir = new URL("./fixtures/full_flow", import.meta.url).pathname;
const executionId = newExecutionId();

/** Runs the flow until it ends, loading it again in every process; the first one crashes. */
async function throughCrash(crash?: Crash) {
  const store = crashingStore({ executionId });
  for (let life = 0; life < 3; life += 1) {
    const { context, flush } = store.process(life === 0 ? crash : undefined);
    const outcome = await (await loadProject(dir)).run(context).catch(() => undefined);
    if (outcome === undefined) continue;
    flush();
    return { outcome, store };
  }
  throw new Error("it did not end");
}

test("a declarative flow continues from any write at which its worker crashes, with the same result and events", async () => {
  const whole = await throughCrash();
  expect(whole.outcome).toMatchObject({ state: "SUCCESS" });
  const essence = (store: typeof whole.store): string[] =>
    store.events
      .filter(({ type }) => !type.endsWith("_chunk"))
      .map(({ id, type }) => `${type} ${id}`)
      .sort();
  for (let index = 0; index < whole.store.rows.size; index += 1) {
    for (const crash of [{ before: index }, { after: index }]) {
      const { outcome, store } = await throughCrash(crash);
      expect(outcome).toEqual(whole.outcome);
      expect(essence(store)).toEqual(essence(whole.store));
      expect([...store.rows.keys()].sort()).toEqual([...whole.store.rows.keys()].sort());
      expect(eventProblems(store.events)).toEqual([]);
    }
  }
}, 120_000);
