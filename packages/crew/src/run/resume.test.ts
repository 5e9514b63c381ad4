import { AppError, ErrorCode, newExecutionId } from "@crewstream/contracts";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { defineCrew } from "../crew/define-crew.ts";
import { and, or } from "../flow/condition.ts";
import { defineFlow } from "../flow/define-flow.ts";
import type { Automation, RuntimeEvent } from "../run-context.ts";
import { eventProblems, scriptedModel, type ScriptedAnswer } from "../testing/index.ts";
import { crashingStore, type Crash, type CrashingStore } from "../testing/crashing-store.ts";
import { defineTool } from "../tools/tool.ts";

const executionId = newExecutionId();

/** The side effects that really happened, in all processes. */
interface Effects {
  models: string[];
  tools: string[];
}

/** A flow with everything that can be cut off: parallel starts, crews with tools and errors, a loop, a join. */
function world(effects: Effects, store: CrashingStore): Automation {
  const lookup = defineTool({
    name: "lookup",
    description: "Looks up",
    input: z.object({ key: z.string() }),
    run: ({ key }, { emit }) => {
      effects.tools.push(key);
      if (key === "bad") throw new Error("no such key");
      emit("looked_up", { key });
      return `value of ${key}`;
    },
  });
  const model = scriptedModel(({ prompt }): ScriptedAnswer => {
    const task = JSON.stringify(prompt[1]).match(/Task: (\w+)/)?.[1] ?? "";
    effects.models.push(`${task} ${prompt.length}`);
    if (prompt.length === 2 && task === "gather") {
      return {
        tools: [
          { name: "lookup", args: { key: "bad" } },
          { name: "lookup", args: { key: "good" } },
        ],
      };
    }
    if (task === "shaky" && ![...store.rows.keys()].some((path) => path.endsWith("shaky/try:0/llm:0/attempt:0"))) {
      return { error: new AppError("try later", { code: ErrorCode.modelFailed, retryable: true }) };
    }
    return `${task} is done.`;
  });
  const agent = { role: "R", goal: "g", backstory: "b", model: { language: model, retryDelayMs: 0 }, tools: [lookup] };
  const crewOf = (...names: string[]) =>
    defineCrew<"agent">({
      name: names.join("_"),
      agents: { agent },
      tasks: names.map((name) => ({ name, description: `${name} it`, expectedOutput: "e", agent: "agent" })),
    });
  const [first, second] = [crewOf("gather", "shaky"), crewOf("polish")];
  return defineFlow({ state: z.object({ rounds: z.number().default(0), log: z.array(z.string()).default([]) }) }, (f) =>
    f
      .start("alone", ({ state }) => {
        state.log.push("alone");
        return "alone";
      })
      .start("crew", async ({ state }) => {
        const { raw } = await first.kickoff();
        state.log.push("crew");
        return raw;
      })
      .listen("joined", and("alone", "crew"), ({ state }) => state.log.length)
      .listen("round", or("joined", "again"), async ({ state }) => {
        state.rounds += 1;
        return (await second.kickoff()).raw;
      })
      .router("judge", "round", ({ state }) => (state.rounds < 2 ? "again" : "enough"))
      .listen("end", "enough", ({ state }) => ({ rounds: state.rounds, log: state.log })),
  );
}

type Ending = Awaited<ReturnType<Automation["run"]>>;

async function live(automation: Automation, store: CrashingStore, crash?: Crash): Promise<Ending | undefined> {
  const { context, flush } = store.process(crash);
  const outcome = await automation.run(context).catch(() => undefined);
  if (outcome !== undefined) flush();
  return outcome;
}

/** An event without its timestamp, which is later in a resumed run. */
const essence = (events: readonly RuntimeEvent[]) =>
  new Map(events.filter(({ type }) => !type.endsWith("_chunk")).map(({ id, type, data }) => [id, { type, data }]));

async function undisturbed(eager: boolean) {
  const effects: Effects = { models: [], tools: [] };
  const store = crashingStore({ executionId }, { eager });
  const outcome = await live(world(effects, store), store);
  return { effects, store, outcome, writes: store.rows.size };
}

describe.each([{ eager: false }, { eager: true }])("a run that is killed ($eager)", ({ eager }) => {
  test("at any write continues to the same end, with the same events, and repeats nothing journaled", async () => {
    const calm = await undisturbed(eager);
    expect(calm.outcome).toMatchObject({
      state: "SUCCESS",
      result: { rounds: 2, log: ["alone", "crew"] },
      usage: { successful_requests: 5 },
    });
    expect(calm.effects.tools.sort()).toEqual(["bad", "good"]);
    expect(eventProblems(calm.store.events)).toEqual([]);
    expect(calm.writes).toBeGreaterThan(15);

    for (let index = 0; index < calm.writes; index += 1) {
      for (const crash of [{ before: index }, { after: index }]) {
        const effects: Effects = { models: [], tools: [] };
        const store = crashingStore({ executionId }, { eager });
        const automation = world(effects, store);
        expect(await live(automation, store, crash)).toBeUndefined();
        expect(await live(automation, store)).toEqual(calm.outcome);
        expect(eventProblems(store.events)).toEqual([]);
        expect(essence(store.events)).toEqual(essence(calm.store.events));
        const repeated =
          effects.models.length + effects.tools.length - calm.effects.models.length - calm.effects.tools.length;
        // Before its write a step is not known to have happened; concurrent work may be unfinished as well.
        expect(repeated).toBeLessThanOrEqual("before" in crash ? 2 : 1);
      }
    }
  });

  test("after every single write still completes, and journals no step twice", async () => {
    const calm = await undisturbed(eager);
    const effects: Effects = { models: [], tools: [] };
    const store = crashingStore({ executionId }, { eager });
    const automation = world(effects, store);
    let outcome: Ending | undefined;
    let lives = 0;
    while (outcome === undefined && lives < 100) {
      outcome = await live(automation, store, { after: 0 });
      lives += 1;
    }
    expect(outcome).toEqual(calm.outcome);
    expect(lives).toBe(calm.writes + 1);
    expect(essence(store.events)).toEqual(essence(calm.store.events));
    expect(eventProblems(store.events)).toEqual([]);
  });
});

describe("a journal of another input", () => {
  const crew = (model: ReturnType<typeof scriptedModel>) =>
    defineCrew({
      agents: { a: { role: "A", goal: "g", backstory: "b", model } },
      tasks: [
        { name: "one", description: "About {topic}", expectedOutput: "e", agent: "a" },
        { name: "two", description: "More", expectedOutput: "e", agent: "a" },
      ],
    });

  /** A run about cats that crashes after so many writes, resumed with dogs. */
  async function changed(writes: number, onDivergence?: "rerun") {
    const store = crashingStore({ executionId, inputs: { topic: "cats" } });
    expect(await live(crew(scriptedModel(["Cats.", "More cats."])), store, { after: writes - 1 })).toBeUndefined();
    const model = scriptedModel(["Dogs.", "More dogs."]);
    const { context, flush } = store.process();
    const choice = onDivergence === undefined ? {} : { onDivergence };
    const outcome = await crew(model).run({ ...context, inputs: { topic: "dogs" }, ...choice });
    flush();
    const answers = store.events
      .filter(({ type }) => type === "llm_call_completed")
      .map(({ data }) => data["response"]);
    return { outcome, answers };
  }

  test("is rejected, not mixed in", async () => {
    const { outcome } = await changed(1);
    expect(outcome).toMatchObject({
      state: "FAILED",
      error: expect.stringContaining("differs from that before the interruption"),
    });
  });

  test.each([1, 2, 3])("is abandoned where it differs, if so configured: after %i writes", async (writes) => {
    const { outcome, answers } = await changed(writes, "rerun");
    expect(outcome).toMatchObject({ state: "SUCCESS", result: "More dogs.", usage: { successful_requests: 2 } });
    expect(answers).toEqual(["Cats.", ...(writes > 2 ? ["More cats."] : []), "Dogs.", "More dogs."]);
  });
});
