import { newExecutionId, type HumanAnswer } from "@crewstream/contracts";
import { readFile } from "node:fs/promises";
import { type Automation, defineFlow, type HumanFeedback, type RuntimeEvent } from "@crewstream/crew";
import {
  eventProblems,
  linesOf,
  crashingStore,
  type Own,
  pausesOf,
  type RecordedLine,
  scriptedModel,
} from "@crewstream/crew/testing";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { recordedCrew } from "../testing/recorded-crew.ts";

/**
 * What CrewAI 1.15.30 did for these human answers (null: not in time) and model responses (a number: rejected with it).
 */
interface Recorded {
  answers?: (string | number)[];
  replies: (string | null)[];
  result?: unknown;
  failed?: true;
  /** Absent where CrewAI's own pairs of events are broken: after a failed call. */
  events?: RecordedLine[];
}

interface RecordedFlow extends Recorded {
  ask?: { message: string; timeout?: number; metadata?: Record<string, unknown> }[];
  feedback?: { message: string; emit?: string[]; default_outcome?: string; metadata?: Record<string, unknown> };
  /** The method under review is the last one. */
  last?: true;
}

interface RecordedReview extends Recorded {
  tasks: Record<string, unknown>[];
  outputs: Record<string, unknown>[];
  events: RecordedLine[];
}

async function fixture<T>(name: string): Promise<[string, T][]> {
  const text = await readFile(new URL(`fixtures/${name}.json`, import.meta.url), "utf8");
  return Object.entries(JSON.parse(text) as Record<string, T>);
}

/** The model of a recording: its responses are journaled, so a resumed run only requests the next one. */
function modelOf({ answers = [] }: Recorded) {
  const left = [...answers];
  return scriptedModel(() => {
    const answer = left.shift();
    if (typeof answer === "number") return { error: new TypeError(`HTTP ${answer}`) };
    return answer ?? { error: new Error("nothing left to say") };
  });
}

/** Runs it in one process after the other, each of which ends at a request that is then answered. */
async function played(automation: Automation, replies: Recorded["replies"]) {
  const store = crashingStore({ executionId: newExecutionId() });
  const given = [...replies];
  for (;;) {
    const { context, flush } = store.process();
    const outcome = await automation.run(context);
    flush();
    if (outcome.state !== "PAUSED") return { outcome, events: store.events, unasked: given };
    const feedback = given.shift();
    const answer: HumanAnswer = {
      feedback: feedback ?? "",
      approved: null,
      at: "2026-01-02T00:00:00Z",
      source: "test",
      timedOut: feedback === null,
    };
    store.rows.set(outcome.pending[0]!.path, { kind: "human", value: answer });
  }
}

function flowOf(scenario: RecordedFlow): Automation {
  const { ask: questions, feedback, last } = scenario;
  const state = z.looseObject({});
  if (questions !== undefined) {
    return defineFlow({ name: "F", state }, (f) =>
      f.start("gather", async ({ ask, state: kept }) => {
        kept["asked"] = questions.length;
        const said = [];
        for (const { message, timeout, metadata } of questions) {
          said.push(
            await ask(message, {
              ...(timeout === undefined ? {} : { timeoutSeconds: timeout }),
              ...(metadata === undefined ? {} : { metadata }),
            }),
          );
        }
        kept["said"] = said;
        return said;
      }),
    );
  }
  const { message, emit, default_outcome: defaultOutcome, metadata } = feedback!;
  const humanFeedback = {
    message,
    model: { language: modelOf(scenario), maxAttempts: 1 },
    ...(emit === undefined ? {} : { emit }),
    ...(defaultOutcome === undefined ? {} : { defaultOutcome }),
    ...(metadata === undefined ? {} : { metadata }),
  };
  const said = (input: unknown): string => (input as HumanFeedback).feedback;
  return defineFlow({ name: "F", state }, (f) => {
    const draft = f.start("draft", { humanFeedback }, ({ state: kept }) => {
      kept["drafted"] = true;
      return "Draft";
    });
    if (last === true) return draft;
    if (emit === undefined) return draft.listen("after", "draft", (_, input) => `after: ${said(input)}`);
    return draft
      .listen("publish", "approved", (_, input) => `published: ${said(input)}`)
      .listen("discard", "rejected", (_, input) => `discarded: ${said(input)}`);
  });
}

/** Values without those that differ in every run. */
function steady(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (key, each: unknown) =>
    key === "timestamp" || key === "id" ? undefined : each,
  );
}

describe("a flow's human feedback, like CrewAI", async () => {
  test.each(await fixture<RecordedFlow>("crewai-flow"))("%s", async (_, scenario) => {
    const { outcome, events, unasked } = await played(flowOf(scenario), scenario.replies);
    const { failed, result, events: wanted } = scenario;
    expect(unasked).toEqual([]);
    expect(eventProblems(events)).toEqual([]);
    expect(steady(outcome)).toMatchObject(failed === true ? { state: "FAILED" } : { state: "SUCCESS", result });
    expect(wanted && steady(linesOf(events, wanted, pausesOf(events)))).toEqual(wanted);
  });
});

/** Where ours differs on purpose: a review has events, and the agent's work after it is a separate execution. */
function reviewsOf(events: readonly RuntimeEvent[]): Own {
  const left = new Set<string>();
  const same = new Map<string, string>();
  let begun = "";
  let completed = "";
  let goesOn = false;
  for (const { id, type } of events) {
    if (type === "task_completed" || type === "llm_guardrail_started") goesOn = false;
    if (type.startsWith("human_feedback_")) left.add(id);
    if (type === "human_feedback_received") goesOn = true;
    if (type === "agent_execution_completed") completed = id;
    if (type !== "agent_execution_started") continue;
    if (goesOn) {
      for (const own of [id, completed]) left.add(own);
      same.set(id, begun);
    } else begun = id;
    goesOn = false;
  }
  return { left, same };
}

describe("a task's human input, like CrewAI", async () => {
  test.each(await fixture<RecordedReview>("crewai-review"))("%s", async (_, scenario) => {
    const model = modelOf(scenario);
    const { crew } = await recordedCrew(scenario.tasks, model);
    const { outcome, events, unasked } = await played(crew, scenario.replies);
    expect(unasked).toEqual([]);
    expect(eventProblems(events)).toEqual([]);
    expect(outcome).toMatchObject({ state: "SUCCESS", result: scenario.result });
    expect(linesOf(events, scenario.events, reviewsOf(events))).toEqual(scenario.events);
    expect(events.at(-1)!.data).toMatchObject({ tasks_output: scenario.outputs });
    expect(model.calls).toHaveLength(scenario.answers!.length);
  });
});
