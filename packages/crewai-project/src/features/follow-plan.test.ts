import {
  type AgentDefinition,
  type Crew,
  defineAgent,
  defineCrew,
  defineFlow,
  defineTool,
  type TaskDefinition,
} from "@crewstream/crew";
import {
  eventProblems,
  crashingStore,
  type ScriptedAnswer,
  scriptedModel,
  testContext,
} from "@crewstream/crew/testing";
import { expect, test } from "vitest";
import { z } from "zod";
import { AppError, ErrorCode, newExecutionId } from "@crewstream/contracts";
import { readProject } from "../load-project.ts";
import { soundCrew, testProject } from "../testing/test-project.ts";

interface Step {
  step_number: number;
  description: string;
  depends_on?: number[];
  tool_to_use?: string;
}
const one: Step = { step_number: 1, description: "First" };
const two: Step = { step_number: 2, description: "Second", depends_on: [1] };
const plan = (steps: Step[], ready = true): ScriptedAnswer => ({
  tools: [{ name: "create_reasoning_plan", args: { plan: "p", steps, ready } }],
});
const judged = (fields: object): ScriptedAnswer => JSON.stringify({ step_completed_successfully: true, ...fields });
const giveUp = judged({ step_completed_successfully: false, needs_full_replan: true, replan_reason: "blocked" });

async function run(
  answers: ScriptedAnswer[],
  agent: Partial<AgentDefinition> = {},
  task: Partial<TaskDefinition> = {},
  context = testContext(),
) {
  const model = scriptedModel(answers);
  const crew = defineCrew({
    agents: {
      a: { role: "A", goal: "g", backstory: "b", model: { language: model, maxAttempts: 1 }, planning: true, ...agent },
    },
    tasks: [{ name: "t", description: "Do it", expectedOutput: "e", ...task, agent: "a" as const }],
  });
  const outcome = await crew.run(context);
  const { events } = context.sink;
  expect(eventProblems(events)).toEqual([]);
  const dataOf = (type: string) => events.filter((event) => event.type === type).map(({ data }) => data);
  const begun = events.filter(({ type }) => type === "plan_step_started" || type === "step_observation_started");
  const ended = events.filter(({ type }) => /^(plan_step_completed|step_observation_(completed|failed))$/.test(type));
  expect(ended).toHaveLength(begun.length);
  return { outcome, model, dataOf };
}

test("a new plan that numbers from 1 again adds new steps after those that have ended", async () => {
  const answers = [
    plan([one, two]),
    "Tried.",
    giveUp,
    plan([one, two]),
    "New.",
    judged({}),
    "Newer.",
    judged({}),
    "All.",
  ];
  const { outcome, dataOf, model } = await run(answers, { planning: {} });
  expect(outcome).toMatchObject({ state: "SUCCESS", result: "All." });
  expect(dataOf("plan_step_started").map((data) => data["step_number"])).toEqual([1, 2, 3]);
  expect(JSON.stringify(model.calls[6]?.prompt)).toContain("Step 2: New.");
  expect(JSON.stringify(model.calls[3]?.prompt)).toContain("blocked");
});

test("a planner that never approves its plan is asked ten times, and then the agent works without one", async () => {
  const answers = [...Array.from({ length: 10 }, () => plan([one], false)), "Done."];
  const { outcome, dataOf } = await run(answers, { planning: {} });
  expect(outcome).toMatchObject({ state: "SUCCESS", result: "Done." });
  expect(dataOf("agent_reasoning_started").map((data) => data["attempt"])).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
});

test("a failing planner is reported, and the agent works without a plan", async () => {
  const { outcome, dataOf } = await run(["Done."], { planning: { model: { model: "nowhere/x" } } });
  expect(outcome).toMatchObject({ state: "SUCCESS", result: "Done." });
  expect(dataOf("agent_reasoning_failed")).toMatchObject([
    { attempt: 1, error: expect.stringContaining("nowhere") as string },
  ]);
  expect(dataOf("agent_logs_started")).toHaveLength(1);
});

test("if no step has a result, the work is done without a plan", async () => {
  const error = { error: new AppError("no", { code: ErrorCode.modelFailed }) };
  const { outcome, dataOf } = await run([plan([one]), error, "Done."]);
  expect(outcome).toMatchObject({ state: "SUCCESS", result: "Done." });
  expect(dataOf("plan_step_completed")).toMatchObject([{ success: false, result: "" }]);
});

const boom = defineTool({
  name: "boom",
  description: "Fails",
  input: z.object({}),
  run: () => {
    throw new Error("broken");
  },
});

test("a failed tool under the policy raise also ends the steps that run in parallel", async () => {
  const beside = plan([one, { step_number: 2, description: "Second" }]);
  const call: ScriptedAnswer = { tools: [{ name: "boom", args: {} }] };
  const { outcome, dataOf } = await run([beside, call, "Fine."], { tools: [boom], toolFailurePolicy: "raise" });
  expect(outcome).toMatchObject({ state: "FAILED", error: expect.stringContaining("broken") as string });
  expect(dataOf("plan_step_completed")).toMatchObject([
    { step_number: 1, success: false, error: expect.stringContaining("broken") as string },
    { step_number: 2, success: false },
  ]);
});

test("a run that is cancelled in a step, or while one is judged, ends everything it has started", async () => {
  for (const answers of [[plan([one, two])], [plan([one, two]), "Did it."]]) {
    const cancel = new AbortController();
    const stop = (): ScriptedAnswer => {
      cancel.abort(new AppError("Cancelled", { code: ErrorCode.cancelled }));
      return "too late";
    };
    const context = testContext({ signal: cancel.signal });
    const { outcome } = await run([...answers, stop], { planning: {} }, {}, context);
    expect(outcome).toMatchObject({ state: "REVOKED" });
  }
});

const look = defineTool({ name: "look", description: "Looks", input: z.object({}), run: () => "seen" });

test("a step whose time is over ends with its tools' results, and also does so in a resumed run", async () => {
  const store = crashingStore({ executionId: newExecutionId() });
  const life = (answers: ScriptedAnswer[], stepTimeout: number) => {
    const model = scriptedModel(answers);
    const agent = { role: "A", goal: "g", backstory: "b", model, tools: [look] };
    const task = { name: "t", description: "Do it", expectedOutput: "e", agent: "a" as const };
    return defineCrew({ agents: { a: { ...agent, planning: { effort: "low", stepTimeout } } }, tasks: [task] });
  };
  // Writes: the plan, the step's answer, its tool's result, that its time is over.
  const answers = [plan([one]), { tools: [{ name: "look", args: {} }] }, "All."];
  await expect(life(answers, 0).run(store.process({ after: 3 }).context)).rejects.toThrow("killed");
  const { context, flush } = store.process();
  expect(await life(["All."], 1000).run(context)).toMatchObject({ state: "SUCCESS", result: "All." });
  flush();
  expect(eventProblems(store.events)).toEqual([]);
  const ended = store.events.find(({ type }) => type === "plan_step_completed");
  expect(ended?.data).toMatchObject({ success: true, result: "seen" });
});

test("an answer that must be JSON is requested when the steps' results are combined", async () => {
  const long = `${"word ".repeat(40)}.`;
  const { outcome, model } = await run([plan([one]), long, '{"n":1}'], {}, { outputSchema: z.object({ n: z.int() }) });
  expect(outcome).toMatchObject({ state: "SUCCESS", resultJson: { n: 1 } });
  expect(model.calls.map(({ responseFormat }) => responseFormat?.type)).toEqual([undefined, undefined, "json"]);
});

test("a step gets the task's context, and custom prompts are filled in", async () => {
  const planning = {
    effort: "low",
    systemPrompt: "Plan!",
    planPrompt: "Plan {description} in {max_steps} as {role}",
  } as const;
  const { model } = await run([plan([one]), "Did it.", "All."], { planning });
  const [asked, step] = model.calls.map(({ prompt }) => JSON.stringify(prompt));
  expect(asked).toContain("Plan!");
  expect(asked).toMatch(/Plan Task: Do it.* in 20 as A/);
  expect(step).toContain("The result must be: e");
});

test("a standalone agent plans too, like CrewAI's kickoff", async () => {
  const model = scriptedModel([plan([one]), "Did it.", "All."]);
  const agent = defineAgent({ role: "A", goal: "g", backstory: "b", model, planning: true });
  const flow = defineFlow({ name: "F" }, (f) => f.start("ask", async () => (await agent.kickoff("Do it")).raw));
  const context = testContext();
  expect(await flow.run(context)).toMatchObject({ state: "SUCCESS", result: "All." });
  expect(eventProblems(context.sink.events)).toEqual([]);
  const begun = context.sink.events.find(({ type }) => type === "agent_reasoning_started");
  expect(begun?.data).toMatchObject({ task_id: "kickoff", agent_role: "A" });
});

test("is read from a project, works with the offline model, and unknown placeholders are reported", async () => {
  const agent = { role: "R", goal: "g", backstory: "b", llm: "offline/demo" };
  const planning_config = { reasoning_effort: "high", plan_prompt: "Plan {task}", llm: "offline/demo" };
  const files = { ...soundCrew, "agents/writer.json": { ...agent, planning_config } };
  await using wrong = await testProject(files);
  expect((await readProject(wrong.dir)).findings).toMatchObject([
    {
      path: expect.stringContaining(" planning_config.plan_prompt") as string,
      message: expect.stringContaining("{task}") as string,
    },
  ]);
  const sound = { ...planning_config, plan_prompt: undefined };
  await using right = await testProject({ ...files, "agents/writer.json": { ...agent, planning_config: sound } });
  const { automation, findings } = await readProject(right.dir);
  expect(findings).toEqual([]);
  const context = testContext();
  expect(await (automation as Crew).run(context)).toMatchObject({ state: "SUCCESS" });
  expect(context.sink.types()).toContain("step_observation_completed");
});
