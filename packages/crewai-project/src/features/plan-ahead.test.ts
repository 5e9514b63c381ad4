import { newExecutionId } from "@crewstream/contracts";
import { type Crew, defineCrew } from "@crewstream/crew";
import {
  eventProblems,
  crashingStore,
  type ScriptedAnswer,
  scriptedModel,
  testContext,
} from "@crewstream/crew/testing";
import { describe, expect, test } from "vitest";
import { readProject } from "../load-project.ts";
import { soundCrew, testProject } from "../testing/test-project.ts";

const plans = JSON.stringify({ task_1: "Read first.", task_2: "Then write." });

function planned(planner: ScriptedAnswer[], worker = scriptedModel(() => "Done.")) {
  const planningModel = scriptedModel(planner);
  const crew = defineCrew({
    name: "team",
    planning: true,
    planningModel,
    agents: { a: { role: "Reader of {topic}", goal: "g", backstory: "b", model: worker } },
    tasks: [
      { name: "read", description: "Read on {topic}", expectedOutput: "Facts", agent: "a" },
      { name: "write", description: "Write", expectedOutput: "A text", agent: "a" },
    ],
  });
  return { crew, planningModel, worker };
}

describe("a crew that plans ahead", () => {
  test("asks once for all tasks, adds each task's plan, and counts the call", async () => {
    const { crew, planningModel, worker } = planned([plans]);
    const context = testContext({ inputs: { topic: "tea" } });
    const outcome = await crew.run(context);
    expect(outcome).toMatchObject({ state: "SUCCESS", usage: { successful_requests: 3 } });
    expect(eventProblems(context.sink.events)).toEqual([]);
    const question = JSON.stringify(planningModel.calls[0]?.prompt);
    for (const text of ["task_1 (read): Read on tea", "Reader of tea", "task_2 (write): Write", "A text"]) {
      expect(question).toContain(text);
    }
    expect(planningModel.calls[0]?.responseFormat).toMatchObject({ type: "json", name: "plan" });
    expect(
      worker.calls.map(({ prompt }) => JSON.stringify(prompt)).map((text) => /Read first|Then write/.exec(text)?.[0]),
    ).toEqual(["Read first", "Then write"]);
    const { events } = context.sink;
    const call = events.find(({ type }) => type === "llm_call_started");
    expect(call?.data).toMatchObject({ parent_event_id: events[0]?.id, task_id: null });
    expect(events.findIndex(({ type }) => type === "task_started")).toBeGreaterThan(events.indexOf(call!));
  });

  test("retries once after an answer that is not a plan, and fails with what was wrong with it", async () => {
    const second = planned(['{"task_1": "Read first."}', plans]);
    const context = testContext({ inputs: { topic: "tea" } });
    expect(await second.crew.run(context)).toMatchObject({ state: "SUCCESS" });
    expect(JSON.stringify(second.planningModel.calls[1]?.prompt)).toContain("task_2");
    const failed = testContext({ inputs: { topic: "tea" } });
    expect(await planned(["no", "never"]).crew.run(failed)).toMatchObject({
      state: "FAILED",
      error: "The crew could not be planned: the model's answer is not a plan (it contains no JSON)",
    });
    expect(eventProblems(failed.sink.events)).toEqual([]);
    expect(failed.sink.types()).not.toContain("task_started");
  });

  test("does not plan again when it is resumed", async () => {
    const store = crashingStore({ executionId: newExecutionId(), inputs: { topic: "tea" } });
    // Writes: the plan, then the first answer.
    await expect(planned([plans]).crew.run(store.process({ before: 1 }).context)).rejects.toThrow("killed");
    const { crew, planningModel } = planned([]);
    const { context, flush } = store.process();
    expect(await crew.run(context)).toMatchObject({ state: "SUCCESS" });
    flush();
    expect(planningModel.calls).toEqual([]);
    expect(eventProblems(store.events)).toEqual([]);
  });

  test("is read from crew.jsonc, and works with the offline model", async () => {
    const crew = { ...soundCrew["crew.json"], planning: true, planning_llm: "offline/demo" };
    await using project = await testProject({ ...soundCrew, "crew.json": crew });
    const { automation, findings } = await readProject(project.dir);
    expect(findings).toEqual([]);
    expect((automation as Crew).definition).toMatchObject({ planning: true, planningModel: { model: "offline/demo" } });
    expect(await (automation as Crew).run(testContext())).toMatchObject({ state: "SUCCESS" });
  });
});
