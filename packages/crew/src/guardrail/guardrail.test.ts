import { expect, test } from "vitest";
import { z } from "zod";
import { defineCrew } from "../crew/define-crew.ts";
import { eventProblems, scriptedModel, testContext, traceOf, type ScriptedAnswer } from "../testing/index.ts";
import type { TaskDefinition } from "../task/task.ts";
import type { Verdict } from "./guardrail.ts";

async function runTask(answers: readonly ScriptedAnswer[], task: Partial<TaskDefinition<"a">>) {
  const model = scriptedModel(answers);
  const crew = defineCrew({
    agents: { a: { role: "A", goal: "g", backstory: "b", model } },
    tasks: [{ name: "t", description: "Say it", expectedOutput: "e", agent: "a", ...task }],
  });
  const context = testContext();
  const outcome = await crew.run(context);
  expect(eventProblems(context.sink.events)).toEqual([]);
  const events = context.sink.events.filter((event) => !/chunk|step|agent_logs/.test(event.type));
  return { outcome, events, model, types: events.map((event) => event.type) };
}

function must_cite({ raw }: { raw: string }): Verdict {
  return raw.includes("[1]") ? { valid: true } : { valid: false, feedback: "no citation" };
}

test("rejected work is repeated by the agent under the same task, with the reason", async () => {
  const { outcome, events, model } = await runTask(["plain", "good [1]"], { guardrails: [must_cite] });
  expect(outcome).toMatchObject({ state: "SUCCESS", result: "good [1]" });
  expect(traceOf(events).map((line) => line.split(" ").slice(0, 3).join(" "))).toEqual([
    "1 crew_kickoff_started -",
    "2 task_started 1",
    "3 agent_execution_started 2",
    "4 llm_call_started 3",
    "5 llm_call_completed 3",
    "6 agent_execution_completed 2",
    "7 llm_guardrail_started 2",
    "8 llm_guardrail_completed 2",
    "9 agent_execution_started 2",
    "10 llm_call_started 9",
    "11 llm_call_completed 9",
    "12 agent_execution_completed 2",
    "13 llm_guardrail_started 2",
    "14 llm_guardrail_completed 2",
    "15 task_completed 1",
    "16 crew_kickoff_completed -",
  ]);
  expect(events[6]?.data).toMatchObject({ guardrail_type: "function", guardrail_name: "must_cite", retry_count: 0 });
  expect(events[7]?.data).toMatchObject({ success: false, result: null, error: "no citation", retry_count: 0 });
  expect(events[13]?.data).toMatchObject({ success: true, result: "good [1]", error: null, retry_count: 1 });
  expect(JSON.stringify(model.calls[1]?.prompt)).toMatch(/no citation.*plain/);
});

test("after its retries the task fails with the guardrail's reason", async () => {
  const { outcome, types } = await runTask(["a", "b"], { guardrails: [must_cite], guardrailMaxRetries: 1 });
  expect(outcome).toMatchObject({
    state: "FAILED",
    error: expect.stringContaining("after 1 retries. Last error: no citation"),
  });
  expect(types.slice(-3)).toEqual(["llm_guardrail_completed", "task_failed", "crew_kickoff_failed"]);
});

test("a guardrail in words is applied by a separate agent, outside the task", async () => {
  const verdict = (valid: boolean): string => JSON.stringify({ valid, feedback: valid ? null : "too short" });
  const { outcome, events, types } = await runTask(["x", verdict(false), "longer", verdict(true)], {
    guardrails: ["It must be long"],
  });
  expect(outcome).toMatchObject({ state: "SUCCESS", result: "longer", usage: { successful_requests: 4 } });
  const first = types.indexOf("llm_guardrail_started");
  expect(types.slice(first, first + 6)).toEqual([
    "llm_guardrail_started",
    "lite_agent_execution_started",
    "llm_call_started",
    "llm_call_completed",
    "lite_agent_execution_completed",
    "llm_guardrail_completed",
  ]);
  expect(events[first]?.data).toMatchObject({ guardrail_type: "llm", guardrail: "It must be long" });
  expect(events[first + 1]?.data).toMatchObject({
    task_id: null,
    parent_event_id: events[first]?.id,
    agent_role: "Guardrail Agent",
  });
});

test("a guardrail may replace the text, and the JSON is parsed again; several run in order", async () => {
  const { outcome } = await runTask(['{"n":1}'], {
    outputSchema: z.object({ n: z.number() }),
    guardrails: [
      () => ({ valid: true, result: '{"n":2}' }),
      ({ json_dict }) => ({ valid: (json_dict as { n: number }).n === 2, feedback: "not 2" }),
    ],
  });
  expect(outcome).toMatchObject({ state: "SUCCESS", result: '{"n":2}', resultJson: { n: 2 } });
});

test("a guardrail that throws fails the task, and its events are closed", async () => {
  const { outcome, types } = await runTask(["a"], {
    guardrails: [
      () => {
        throw new Error("broken check");
      },
    ],
  });
  expect(outcome).toMatchObject({ state: "FAILED", error: "broken check" });
  expect(types.slice(-3)).toEqual(["llm_guardrail_completed", "task_failed", "crew_kickoff_failed"]);
});
