import { newExecutionId, type HumanAnswer, type PendingInput } from "@crewstream/contracts";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { defineCrew } from "../crew/define-crew.ts";
import { and } from "../flow/condition.ts";
import { defineFlow } from "../flow/define-flow.ts";
import type { HumanFeedback } from "../flow/human-feedback.ts";
import type { Automation } from "../run-context.ts";
import { eventProblems, scriptedModel, traceOf } from "../testing/index.ts";
import { crashingStore, type Crash, type CrashingStore } from "../testing/crashing-store.ts";

const executionId = newExecutionId();

async function live(automation: Automation, store: CrashingStore, crash?: Crash) {
  const { context, flush } = store.process(crash);
  const outcome = await automation.run(context).catch(() => undefined);
  if (outcome !== undefined) flush();
  return outcome;
}

function answer(store: CrashingStore, request: PendingInput, given: Partial<HumanAnswer>): void {
  const value = { feedback: "", approved: null, at: "2026-01-02T00:00:00Z", source: "test", timedOut: false, ...given };
  store.rows.set(request.path, { kind: "human", value });
}

const written = (store: CrashingStore): number =>
  [...store.rows.values()].filter(({ kind }) => kind !== "human").length;

type Replies = (request: PendingInput) => Partial<HumanAnswer>;

/**
 * Runs until the run has ended, answering the latest pending request at every pause; crashes once, at the n-th write
 * counted over all executions.
 */
async function throughAnswers(
  automation: Automation,
  store: CrashingStore,
  reply: Replies,
  crash?: { when: "before" | "after"; index: number },
) {
  let died = crash === undefined;
  for (let life = 0; life < 20; life += 1) {
    const due = (crash?.index ?? 0) - written(store);
    const outcome = await live(
      automation,
      store,
      died || crash === undefined ? undefined : ({ [crash.when]: due } as Crash),
    );
    died ||= outcome === undefined;
    const request = outcome?.state === "PAUSED" ? outcome.pending.at(-1) : undefined;
    if (request !== undefined) answer(store, request, reply(request));
    else if (outcome !== undefined) return outcome;
  }
  return undefined;
}

const essence = (store: CrashingStore) =>
  new Map(
    store.events.filter(({ type }) => !type.endsWith("_chunk")).map(({ id, type, data }) => [id, { type, data }]),
  );

describe("a flow with a human step", () => {
  const reviewFlow = (effects: string[] = []) =>
    defineFlow({ name: "ReviewFlow", state: z.object({ topic: z.string().default("") }) }, (f) =>
      f
        .start(
          "draft",
          { humanFeedback: { message: "Please review the draft", emit: ["approved", "rejected"] } },
          () => {
            effects.push("draft");
            return "Draft text";
          },
        )
        .listen("publish", "approved", (_, input) => `published: ${(input as HumanFeedback).feedback}`)
        .listen("discard", "rejected", () => "discarded"),
    );

  test("pauses, frees the worker and continues with CrewAI's events", async () => {
    const effects: string[] = [];
    const store = crashingStore({ executionId });
    const paused = await live(reviewFlow(effects), store);
    expect(paused).toMatchObject({
      state: "PAUSED",
      pending: [
        {
          kind: "review",
          message: "Please review the draft",
          output: "Draft text",
          emit: ["approved", "rejected"],
          step: "draft",
        },
      ],
    });
    expect(traceOf(store.events)).toEqual([
      "1 flow_created - - - -",
      "2 flow_started - 1 - -",
      "3 method_execution_started 2 2 - -",
      "4 human_feedback_requested 3 3 - -",
      "5 method_execution_paused 2 3 - 3",
      "6 flow_paused - 2 - 2",
    ]);
    expect(await live(reviewFlow(effects), store)).toEqual(paused);
    expect(store.events).toHaveLength(6);
    if (paused?.state === "PAUSED") answer(store, paused.pending[0]!, { feedback: "Approved!" });
    expect(await live(reviewFlow(effects), store)).toMatchObject({ state: "SUCCESS", result: "published: Approved!" });
    expect(effects).toEqual(["draft"]);
    expect(eventProblems(store.events)).toEqual([]);
    expect(traceOf(store.events).slice(6)).toEqual([
      "7 flow_started - 6 - -",
      "8 method_execution_started 7 5 - -",
      "9 human_feedback_received 8 4 - -",
      "10 method_execution_finished 7 8 - 8",
      "11 method_execution_started 7 10 10 -",
      "12 method_execution_finished 7 11 10 11",
      "13 flow_finished - 7 - 7",
    ]);
    const received = store.events[10]?.data["params"];
    expect(received).toMatchObject({
      _0: { output: "Draft text", feedback: "Approved!", outcome: "approved", method_name: "draft" },
    });
  });

  test("a flag decides, an empty answer takes the default, free text is passed to a model", async () => {
    const end = async (given: Partial<HumanAnswer>) => {
      const store = crashingStore({ executionId });
      const outcome = await throughAnswers(reviewFlow(), store, () => given);
      return { outcome, calls: store.events.filter((event) => event.type === "llm_call_completed").length };
    };
    expect(await end({ feedback: "hm", approved: false })).toMatchObject({
      outcome: { result: "discarded" },
      calls: 0,
    });
    expect(await end({ timedOut: true })).toMatchObject({ outcome: { result: "published: " }, calls: 0 });
    expect(await end({ feedback: "Ship it please" })).toMatchObject({
      outcome: { result: "published: Ship it please" },
      calls: 1,
    });
  });
});

/** Several people at once, in every place where one can be asked. */
function manyQuestions(effects: string[]): Automation {
  const crew = defineCrew({
    name: "writers",
    agents: {
      a: {
        role: "A",
        goal: "g",
        backstory: "b",
        model: scriptedModel(({ prompt }) => {
          effects.push(`model ${prompt.length}`);
          return prompt.length === 2 ? "First try." : "Second try.";
        }),
      },
    },
    tasks: [{ name: "text", description: "Write", expectedOutput: "e", agent: "a", humanInput: true }],
  });
  const inner = defineFlow({ name: "Inner" }, (f) =>
    f.start("confirm", { humanFeedback: { message: "Sure?" } }, () => "inner draft"),
  );
  return defineFlow({ state: z.object({ log: z.array(z.string()).default([]) }) }, (f) =>
    f
      .start("ask", async ({ ask, state, step }) => {
        const stamp = await step("stamp", () => {
          effects.push("stamp");
          return effects.length;
        });
        const name = await ask("Your name?");
        const color = await ask("Your color?");
        state.log.push(`${name} likes ${color}`, `stamped ${stamp > 0}`);
      })
      .start("write", async ({ state }) => {
        state.log.push((await crew.kickoff()).raw);
      })
      .start("nest", async ({ state }) => {
        const result = (await inner.kickoff()) as string;
        state.log.push(result);
      })
      .start("quick", ({ state }) => state.log.push("quick"))
      .listen("end", and("ask", "write", "nest", "quick"), ({ state }) => [...state.log].sort()),
  );
}

const replies: Replies = ({ message, output }) => {
  if (message === "Your name?") return { feedback: "Ada" };
  if (message === "Your color?") return { feedback: "blue" };
  return output === "First try." ? { feedback: "shorter" } : { approved: true };
};

describe("several requests in one run", () => {
  const calm = async () => {
    const effects: string[] = [];
    const store = crashingStore({ executionId });
    const outcome = await throughAnswers(manyQuestions(effects), store, replies);
    return { effects, store, outcome };
  };

  test("are pending together, and each answer continues what waits for it", async () => {
    const store = crashingStore({ executionId });
    const effects: string[] = [];
    const first = await live(manyQuestions(effects), store);
    const pending = first?.state === "PAUSED" ? first.pending : [];
    expect(pending.map(({ message, kind }) => [message.slice(0, 13), kind])).toEqual([
      ["Your name?", "input"],
      ["Please review", "review"],
      ["Sure?", "review"],
    ]);
    answer(store, pending[1]!, { feedback: "shorter" });
    const second = await live(manyQuestions(effects), store);
    expect(second?.state === "PAUSED" ? second.pending.map(({ output }) => output) : []).toEqual([
      null,
      "Second try.",
      "inner draft",
    ]);
  });

  test("end in the result of all answers, with every event in order", async () => {
    const { outcome, store, effects } = await calm();
    expect(outcome).toMatchObject({ state: "SUCCESS" });
    expect(outcome?.state === "SUCCESS" ? outcome.result : []).toEqual(
      expect.arrayContaining(["quick", "Second try.", "Ada likes blue", "stamped true"]),
    );
    expect(eventProblems(store.events)).toEqual([]);
    expect(effects.filter((effect) => effect === "stamp")).toHaveLength(1);
    expect(effects.filter((effect) => effect.startsWith("model"))).toEqual(["model 2", "model 4"]);
  });

  test("survive a crash at any write", async () => {
    const undisturbed = await calm();
    for (let index = 0; index < written(undisturbed.store); index += 1) {
      for (const when of ["before", "after"] as const) {
        const store = crashingStore({ executionId });
        const outcome = await throughAnswers(manyQuestions([]), store, replies, { when, index });
        expect(outcome).toEqual(undisturbed.outcome);
        expect(eventProblems(store.events)).toEqual([]);
        expect(essence(store)).toEqual(essence(undisturbed.store));
      }
    }
  });
});

test("a person reviews what fits the schema; an answer corrected after their approval is not approved", async () => {
  const crew = (answers: string[]) => {
    const model = scriptedModel(({ prompt }) => answers[(prompt.length - 2) / 2] ?? "none left");
    return defineCrew({
      name: "scores",
      agents: { a: { role: "A", goal: "g", backstory: "b", model } },
      tasks: [
        {
          name: "score",
          description: "Score",
          expectedOutput: "e",
          agent: "a",
          humanInput: true,
          outputSchema: z.object({ n: z.number() }),
        },
      ],
    });
  };
  const reviews: unknown[] = [];
  const lastAccepted = async (answers: string[], said: Partial<HumanAnswer>[]): Promise<unknown> => {
    const store = crashingStore({ executionId: newExecutionId() });
    const outcome = await throughAnswers(crew(answers), store, ({ output }) => {
      reviews.push(output);
      return said.shift() ?? { approved: true };
    });
    expect(outcome).toMatchObject({ state: "SUCCESS" });
    const completed = store.events.find(({ type }) => type === "task_completed")?.data["output"];
    return (completed as { accepted: boolean }).accepted;
  };
  expect(await lastAccepted(["one", '{"n": 1}'], [])).toBe(true);
  expect(reviews).toEqual(['{"n": 1}']);
  // The second time a person approves what does not fit.
  expect(await lastAccepted(['{"n": 1}', "two", '{"n": 2}'], [{ feedback: "two" }])).toBe(false);
  expect(reviews.slice(1)).toEqual(['{"n": 1}', "two"]);
});
