import { newExecutionId } from "@crewstream/contracts";
import { expect, test } from "vitest";
import { z } from "zod";
import { defineAgent } from "../agent/define-agent.ts";
import { defineCrew } from "../crew/define-crew.ts";
import { defineFlow } from "../flow/define-flow.ts";
import type { Verdict } from "../guardrail/guardrail.ts";
import type { Automation } from "../run-context.ts";
import { eventProblems, scriptedModel, type ScriptedAnswer } from "../testing/index.ts";
import { crashingStore, type Crash, type CrashingStore } from "../testing/crashing-store.ts";
import { defineTool } from "../tools/tool.ts";

const executionId = newExecutionId();

const note = defineTool({
  name: "note",
  description: "Notes",
  input: z.object({ text: z.string() }),
  maxUsageCount: 1,
  run: ({ text }, { emit }) => {
    emit("noted", { text });
    return `noted ${text}`;
  },
});

/** Decides by the contents of the conversation alone, so that every execution of a run gets the same answers. */
function reply({
  prompt,
  responseFormat,
  tools,
}: {
  prompt: readonly unknown[];
  responseFormat?: { type: string } | undefined;
  tools?: readonly { name: string }[] | undefined;
}): ScriptedAnswer {
  const text = JSON.stringify(prompt);
  const isNew = prompt.length === 2;
  if (tools?.[0]?.name === "create_reasoning_plan") return planned(text.includes("given up"), text.includes("so far"));
  if (text.includes("watch over a plan")) return judged(text);
  if (text.includes("Your step: part 1") && isNew)
    return { tools: [{ name: "load_skill", args: { skill_name: "s" } }] };
  if (text.includes("The rule:")) return JSON.stringify({ valid: text.includes("improved"), feedback: "not improved" });
  if (text.includes("You are Crew Manager") && isNew) {
    const args = { task: "Task: dig", context: "c", coworker: "Worker" };
    return { tools: [{ name: "delegate_work_to_coworker", args }] };
  }
  if (text.includes("Task: tooled") && isNew) {
    return { tools: ["a", "b"].map((each) => ({ name: "note", args: { text: each } })) };
  }
  if (responseFormat?.type === "json") return text.includes("does not fit the JSON Schema") ? '{"n":1}' : "no json";
  return text.includes("was not accepted") ? "improved" : "first try";
}

/** A plan with parallel steps, at first not ready; after that is given up, one with a single step. */
function planned(again: boolean, ready: boolean): ScriptedAnswer {
  const step = (number: number, depends_on: number[] = []) => ({
    step_number: number,
    description: `part ${number}`,
    depends_on,
  });
  const args = {
    plan: "p",
    steps: again ? [step(1)] : [step(1), step(2), step(3, [1, 2]), step(4, [3])],
    ready: again || ready,
  };
  return { tools: [{ name: "create_reasoning_plan", args }] };
}

function judged(text: string): ScriptedAnswer {
  const fails = text.includes("Step 3 has ended");
  const about = { step_completed_successfully: !fails, needs_full_replan: fails, replan_reason: fails ? "why" : null };
  return JSON.stringify(about);
}

/** A flow with a crew that has everything, then a managed crew, then a nested flow with a standalone agent. */
function everything(): Automation {
  const model = scriptedModel(reply);
  const worker = { role: "Worker", goal: "g", backstory: "b", model, tools: [note] };
  const skills = [{ name: "s", description: "d", instructions: "i", path: "skills/s", searched: "skills" }];
  const planner = { ...worker, role: "Planner", planning: { effort: "high", stepTimeout: 60 }, skills } as const;
  const task = (name: string, more: object = {}) => ({
    name,
    description: name,
    expectedOutput: "e",
    agent: "worker" as const,
    ...more,
  });
  const improved = ({ raw }: { raw: string }): Verdict =>
    raw === "improved" ? { valid: true, result: "improved twice" } : { valid: false, feedback: "improve it" };
  const crew = defineCrew({
    name: "everything",
    agents: { worker, planner },
    cache: true,
    tasks: [
      task("tooled"),
      task("beside_one", { asyncExecution: true }),
      task("beside_two", { asyncExecution: true, guardrails: [improved] }),
      task("judged", { guardrails: ["It is improved"] }),
      task("skipped", { condition: ({ raw }: { raw: string }) => raw === "never" }),
      { ...task("planned"), agent: "planner" as const },
      task("shaped", { outputSchema: z.object({ n: z.number() }) }),
    ],
    beforeKickoff: [(inputs) => ({ ...inputs, seen: true })],
    afterKickoff: [(output) => ({ ...output, raw: `${output.raw}!` })],
    stepCallback: () => undefined,
  });
  const managed = defineCrew({
    name: "managed",
    process: "hierarchical",
    managerAgent: { role: "Crew Manager", goal: "g", backstory: "b", model },
    agents: { worker },
    tasks: [task("lead", { agent: undefined })],
  });
  const scout = defineAgent({ role: "Scout", goal: "g", backstory: "b", model, guardrail: improved });
  const inner = defineFlow({ name: "Inner", state: z.object({ said: z.array(z.string()).default([]) }) }, (f) =>
    f
      .start("ask", async ({ state }) => {
        for (const question of ["one", "two"]) state.said.push((await scout.kickoff(question)).raw);
        return state.said;
      })
      .router("route", "ask", () => "go")
      .listen("left", "go", () => "left")
      .listen("right", "go", () => "right"),
  );
  return defineFlow({ name: "Outer" }, (f) =>
    f
      .start("first", async () => (await crew.kickoff()).json_dict)
      .listen("second", "first", async () => (await managed.kickoff()).raw)
      .listen("third", "second", async ({ step }) => [await inner.kickoff(), await step("once", () => 7)]),
  );
}

async function live(store: CrashingStore, crash?: Crash) {
  const { context, flush } = store.process(crash);
  const outcome = await everything()
    .run(context)
    .catch(() => undefined);
  if (outcome !== undefined) flush();
  return outcome;
}

const essence = ({ events }: CrashingStore) =>
  new Map(events.filter(({ type }) => !type.endsWith("_chunk")).map(({ id, type, data }) => [id, { type, data }]));

test("a run with everything in it survives a crash at any write", { timeout: 120_000 }, async () => {
  const calm = crashingStore({ executionId });
  const outcome = await live(calm);
  expect(outcome).toMatchObject({ state: "SUCCESS" });
  expect(eventProblems(calm.events)).toEqual([]);
  const types = new Set(calm.events.map(({ type }) => type));
  for (const type of [
    "lite_agent_execution_completed",
    "llm_guardrail_completed",
    "tool_failure_detected",
    "noted",
    "plan_replan_triggered",
    "skill_used",
  ]) {
    expect(types).toContain(type);
  }
  const writes = calm.rows.size;
  expect(writes).toBeGreaterThan(40);
  for (let index = 0; index < writes; index += 1) {
    // Crashing before a write is crashing after the previous one.
    const store = crashingStore({ executionId });
    expect(await live(store, { before: index })).toBeUndefined();
    expect(await live(store)).toEqual(outcome);
    expect(eventProblems(store.events)).toEqual([]);
    expect(essence(store)).toEqual(essence(calm));
  }
});
