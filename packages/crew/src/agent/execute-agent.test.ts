import { AppError, ErrorCode } from "@crewstream/contracts";
import { expect, test } from "vitest";
import { defineCrew } from "../crew/define-crew.ts";
import type { ModelConfig } from "../llm/model.ts";
import { eventProblems, scriptedModel, testContext, traceOf, type ScriptedAnswer } from "../testing/index.ts";
import type { AgentDefinition } from "./agent.ts";

const passing = new AppError("rate limit 429", { code: ErrorCode.modelFailed, retryable: true });
const final = new AppError("wrong key", { code: ErrorCode.configuration });

async function runWith(answers: readonly ScriptedAnswer[], agent: Partial<AgentDefinition> = {}) {
  const model = scriptedModel(answers);
  const crew = defineCrew({
    agents: { a: { role: "A", goal: "g", backstory: "b", model: patient(model), ...agent } },
    tasks: [{ name: "t", description: "d", expectedOutput: "e", agent: "a" }],
  });
  const context = testContext();
  const outcome = await crew.run(context);
  expect(eventProblems(context.sink.events)).toEqual([]);
  const events = context.sink.events.filter((event) => event.type !== "llm_stream_chunk");
  return { outcome, model, events, types: events.map((event) => event.type) };
}

/** The scripted model without waits between attempts. */
function patient(
  model: ReturnType<typeof scriptedModel>,
): { language: typeof model } & Pick<ModelConfig, "retryDelayMs"> {
  return { language: model, retryDelayMs: 0 };
}

test("a call with a temporary failure is retried: one pair of events per attempt", async () => {
  const { outcome, events } = await runWith([{ error: passing }, { brokenAfter: "Half an " }, "Whole."]);
  expect(outcome).toMatchObject({ state: "SUCCESS", result: "Whole.", usage: { successful_requests: 1 } });
  expect(traceOf(events).slice(4, 12)).toEqual([
    "5 crew_step_started 3 4 - -",
    "6 llm_call_started 3 5 - -",
    "7 llm_call_failed 3 6 - 6",
    "8 llm_call_started 3 7 - -",
    "9 llm_call_failed 3 ? - 8",
    "10 llm_call_started 3 9 - -",
    "11 llm_call_completed 3 ? - 10",
    "12 crew_step_completed 3 11 - 5",
  ]);
});

test("when a call's attempts are used up, the agent starts over, at most maxRetryLimit times", async () => {
  const fails = Array.from({ length: 6 }, () => ({ error: passing }));
  const { outcome, types, model } = await runWith(fails, { maxRetryLimit: 1 });
  expect(outcome).toMatchObject({ state: "FAILED", error: "rate limit 429", errorType: "AppError" });
  expect(model.calls).toHaveLength(6);
  expect(types.filter((type) => type === "agent_execution_error")).toHaveLength(2);
  expect(types.slice(-3)).toEqual(["agent_execution_error", "task_failed", "crew_kickoff_failed"]);
});

test("an error marked as final is not retried", async () => {
  const { outcome, model } = await runWith([{ error: final }]);
  expect(outcome).toMatchObject({ state: "FAILED", error: "wrong key" });
  expect(model.calls).toHaveLength(1);
});

test("an empty answer does not count as an answer", async () => {
  const { outcome, types } = await runWith([{ text: " " }, "Better."]);
  expect(outcome).toMatchObject({ state: "SUCCESS", result: "Better." });
  expect(types.filter((type) => type === "agent_execution_started")).toHaveLength(2);
});

test("a call that takes longer than the model's timeout is retried", async () => {
  const model = scriptedModel(["In time."]);
  let calls = 0;
  const slowOnce = {
    ...model,
    doStream: (options: Parameters<typeof model.doStream>[0]) => {
      calls += 1;
      return calls === 1 ? new Promise<never>(() => undefined) : model.doStream(options);
    },
  };
  const { outcome, types } = await runWith([], { model: { language: slowOnce, timeout: 0.0201, retryDelayMs: 0 } });
  expect(outcome).toMatchObject({ state: "SUCCESS", result: "In time." });
  expect(types.filter((type) => type === "llm_call_failed")).toHaveLength(1);
});

test("maxExecutionTime ends the agent's work without a retry", async () => {
  const hanging = scriptedModel([]);
  const never = { ...hanging, doStream: () => new Promise<never>(() => undefined) };
  const { outcome, types } = await runWith([], { model: never, maxExecutionTime: 0.02 });
  expect(outcome).toMatchObject({ state: "FAILED", error: "Task 't' execution timed out after 0.02 seconds" });
  expect(types.filter((type) => type === "agent_execution_error")).toHaveLength(1);
  expect(types).toContain("llm_call_failed");
});
