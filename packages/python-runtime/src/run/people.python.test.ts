import type { HumanAnswer, PausedOutcome } from "@crewstream/contracts";
import { chatCompletions, eventProblems, providerServer, type ProviderServer } from "@crewstream/crew/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PythonExecution, testPython } from "../testing/python-runs.ts";

describe.skipIf(testPython === "")("human input of Python projects", () => {
  let model: ProviderServer;
  let env: Record<string, string>;
  beforeAll(async () => {
    model = await providerServer();
    env = { OPENAI_API_KEY: "sk-test", OPENAI_BASE_URL: `${model.origin}/v1` };
  });
  afterAll(() => model?.[Symbol.asyncDispose]());

  /** Runs an execution until it pauses, and returns its request. */
  async function paused(execution: PythonExecution, inputs: Record<string, unknown>): Promise<PausedOutcome> {
    const outcome = await execution.run(inputs, { env });
    expect(outcome).toMatchObject({ state: "PAUSED" });
    return outcome as PausedOutcome;
  }

  function answer(execution: PythonExecution, pause: PausedOutcome, given: Partial<HumanAnswer>): void {
    const value = { feedback: "", approved: null, at: "2026-01-01T00:00:00Z", source: null, timedOut: false, ...given };
    execution.rows.set(pause.pending[0]!.path, { kind: "human", value });
  }

  test("a task's review: sent back, then accepted", async () => {
    await using execution = await PythonExecution.of("reviewed_crew");
    let written = 0;
    model.answer(chatCompletions, ({ body }) => {
      const text = JSON.stringify(body["messages"]);
      return { text: text.includes("longer") ? `long report ${(written += 1)}` : "short report" };
    });
    const inputs = { topic: "geese" };
    const first = await paused(execution, inputs);
    expect(first.pending).toMatchObject([
      { kind: "review", step: "report", output: "short report", agent: "Writer", automation: "test", emit: null },
    ]);
    const started = execution.events.find(({ type }) => type === "task_started");
    expect(first.pending[0]!.taskId).toBe(started?.data["task_id"]);
    answer(execution, first, { feedback: "make it longer" });
    const second = await paused(execution, inputs);
    expect(second.pending).toMatchObject([{ output: "long report 1" }]);
    answer(execution, second, { approved: true, feedback: "good" });
    expect(await execution.run(inputs, { env })).toMatchObject({ state: "SUCCESS" });
    expect(eventProblems(execution.events)).toEqual([]);
    const asked = execution.events.filter(({ type }) => type.startsWith("human_feedback_"));
    expect(asked.map(({ type, data }) => [type, data["request_id"]])).toEqual([
      ["human_feedback_requested", first.pending[0]!.id],
      ["human_feedback_received", first.pending[0]!.id],
      ["human_feedback_requested", second.pending[0]!.id],
      ["human_feedback_received", second.pending[0]!.id],
    ]);
  });

  test("a flow asks for a line, a review and, by input(), a number", async () => {
    await using execution = await PythonExecution.of("reviewed_flow");
    const name = await paused(execution, {});
    expect(name.pending).toMatchObject([{ kind: "input", message: "Who writes this?", automation: "ReviewedFlow" }]);
    answer(execution, name, { feedback: "Ada" });
    const review = await paused(execution, {});
    expect(review.pending).toMatchObject([
      { kind: "review", step: "draft", output: "A draft on geese by Ada", emit: ["approved", "rejected"] },
    ]);
    // No model may turn it into the other outcome.
    answer(execution, review, { outcome: "approved", feedback: "I would not reject this" });
    model.answer(chatCompletions, () => ({ text: '{"outcome": "rejected"}' }));
    const copies = await paused(execution, {});
    expect(copies.pending).toMatchObject([{ kind: "input", message: "How many copies? " }]);
    answer(execution, copies, { feedback: "3" });
    expect(await execution.run({}, { env })).toMatchObject({
      state: "SUCCESS",
      result: "A draft on geese by Ada: 3 copies after asked,drafted",
    });
    expect(eventProblems(execution.events)).toEqual([]);
  });
});
