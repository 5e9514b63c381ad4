import { mkdtemp, readFile, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import type { AgentDefinition } from "../agent/agent.ts";
import { eventProblems, scriptedModel, testContext, traceOf, type ScriptedAnswer } from "../testing/index.ts";
import { defineTool } from "../tools/tool.ts";
import type { CrewDefinition } from "./crew.ts";
import { defineCrew } from "./define-crew.ts";

const agentWith = (answers: Parameters<typeof scriptedModel>[0], more: Partial<AgentDefinition> = {}) => {
  const model = scriptedModel(answers);
  return { model, agent: { role: "A", goal: "g", backstory: "b", model, ...more } };
};

/** Answers with the name of the task. */
const echo = ({ prompt }: { prompt: unknown }): ScriptedAnswer =>
  `${/Task: (\w+)/.exec(JSON.stringify(prompt))?.[1]} done`;

async function run(crew: CrewDefinition, more: Parameters<typeof testContext>[0] = {}) {
  const context = testContext(more);
  const outcome = await defineCrew(crew).run(context);
  expect(eventProblems(context.sink.events)).toEqual([]);
  return { outcome, context, events: context.sink.events };
}

const task = (name: string, more: object = {}) => ({
  name,
  description: name,
  expectedOutput: "e",
  agent: "a",
  ...more,
});

describe("asynchronous and conditional tasks", () => {
  test("run in parallel with the last completed output, and are awaited before the next task", async () => {
    const { agent } = agentWith(echo);
    const tasks = [
      task("one"),
      task("two", { asyncExecution: true }),
      task("three", { asyncExecution: true }),
      task("four"),
    ];
    const { outcome, events } = await run({ agents: { a: agent }, tasks });
    expect(outcome.state === "SUCCESS" ? outcome.tasks.map(({ name }) => name) : []).toEqual([
      "one",
      "two",
      "three",
      "four",
    ]);
    const started = events.filter(({ type }) => type === "task_started");
    expect(started.map(({ data }) => data["context"])).toEqual([
      "",
      "one done",
      "one done",
      ["one done", "two done", "three done"].join("\n\n----------\n\n"),
    ]);
    const previous = started.slice(1).map(({ data }) => data["previous_event_id"]);
    expect(new Set(previous).size).toBe(1);
  });

  test("really run concurrently", async () => {
    const bothThere = Promise.withResolvers<void>();
    let there = 0;
    const meet = defineTool({
      name: "meet",
      description: "Returns when two are there",
      input: z.object({}),
      async run() {
        there += 1;
        if (there === 2) bothThere.resolve();
        await bothThere.promise;
      },
    });
    const callMeet = ({ prompt }: { prompt: unknown[] }) =>
      prompt.length === 2 ? { tools: [{ name: "meet", args: {} }] } : "Met.";
    const { agent } = agentWith(callMeet, { tools: [meet] });
    const last = { ...agent, tools: [], model: scriptedModel(["Done."]) };
    const beside = { asyncExecution: true };
    const tasks = [task("one", beside), task("two", beside), task("three", { agent: "b" })];
    const crew = { agents: { a: agent, b: last }, tasks };
    expect((await run(crew)).outcome).toMatchObject({ state: "SUCCESS", result: "Done." });
  });

  test("a condition skips a task without an event, and its empty output does not become the result", async () => {
    const { agent } = agentWith(echo);
    const asked: string[] = [];
    const condition = ({ raw }: { raw: string }) => {
      asked.push(raw);
      return raw.includes("never");
    };
    const tasks = [task("one"), task("two", { condition })];
    const { outcome, events } = await run({ agents: { a: agent }, tasks });
    expect(outcome).toMatchObject({ state: "SUCCESS", result: "one done" });
    expect(asked).toEqual(["one done"]);
    expect(events.filter(({ type }) => type === "task_started")).toHaveLength(1);
  });

  test("orders that cannot work are rejected when the crew is defined", () => {
    const define =
      (...tasks: ReturnType<typeof task>[]) =>
      () =>
        defineCrew<string>({ agents: { a: { role: "A", goal: "g", backstory: "b" } }, tasks });
    const later = { asyncExecution: true };
    expect(define(task("one", { condition: () => true }))).toThrow("first task has a condition");
    expect(define(task("one", later), task("two", later))).toThrow("more than one asynchronous");
    expect(define(task("one"), task("two", { ...later, condition: () => true }))).toThrow("cannot be asynchronous");
    expect(define(task("one", later), task("two", { ...later, context: ["one"] }), task("three"))).toThrow(
      "runs in parallel",
    );
    expect(define(task("one", later), task("two", { context: ["one"] }))).not.toThrow();
  });
});

describe("callbacks and hooks", () => {
  test("see every step and task, and may change inputs and output", async () => {
    const told: string[] = [];
    const { agent } = agentWith(["Hello."]);
    const { outcome, events } = await run({
      agents: { a: agent },
      tasks: [task("greet", { description: "Greet {who}" })],
      beforeKickoff: [(inputs) => ({ ...inputs, who: "Ada" }), () => undefined],
      afterKickoff: [(output) => ({ ...output, raw: output.raw.toUpperCase() })],
      stepCallback: ({ step_index, output }) => void told.push(`step ${step_index}: ${output}`),
      taskCallback: ({ name, raw }) => void told.push(`${name}: ${raw}`),
    });
    expect(outcome).toMatchObject({ state: "SUCCESS", result: "HELLO." });
    expect(told).toEqual(["step 0: Hello.", "greet: Hello."]);
    expect(events.find(({ type }) => type === "task_started")?.data["description"]).toBe("Greet Ada");
    expect(events[0]?.data).toMatchObject({ inputs: { who: "Ada" } });
    expect(events.at(-1)?.data["output"]).toMatchObject({ raw: "HELLO." });
  });

  test("a hook that throws fails the crew, whose start event is still emitted", async () => {
    const beforeKickoff = [
      () => {
        throw new Error("no inputs today");
      },
    ];
    const { outcome, context } = await run({ agents: { a: agentWith([]).agent }, tasks: [task("t")], beforeKickoff });
    expect(outcome).toMatchObject({ state: "FAILED", error: "no inputs today" });
    expect(context.sink.types()).toEqual(["crew_kickoff_started", "crew_kickoff_failed"]);
  });

  test("a callback that throws fails the work that it was called for", async () => {
    const { agent } = agentWith(["Hello."]);
    const taskCallback = () => {
      throw new Error("disk full");
    };
    expect((await run({ agents: { a: agent }, tasks: [task("greet")], taskCallback })).outcome).toMatchObject({
      state: "FAILED",
      error: "disk full",
    });
  });
});

describe("a hierarchical crew", () => {
  const delegate = (coworker: string): ScriptedAnswer => ({
    tools: [{ name: "delegate_work_to_coworker", args: { task: "Look it up", context: "All of it", coworker } }],
  });

  test("lets its manager delegate the task; the coworker's work is nested under the tool call", async () => {
    const manager = agentWith([delegate("nobody"), delegate(' "RESEARCHER" '), "The manager's answer."]);
    const worker = agentWith(["What I found."], { role: "Researcher" });
    const { outcome, events } = await run({
      process: "hierarchical",
      managerAgent: { ...manager.agent, role: "Boss" },
      agents: { a: worker.agent },
      tasks: [task("work", { agent: undefined })],
    });
    expect(outcome).toMatchObject({
      state: "SUCCESS",
      result: "The manager's answer.",
      usage: { successful_requests: 4 },
    });
    const shown = events.filter(({ type }) => /^(tool_|agent_execution|task_)/.test(type));
    expect(traceOf(shown).map((line) => line.split(" ").slice(0, 3).join(" "))).toEqual([
      "1 task_started ?",
      "2 agent_execution_started 1",
      "3 tool_usage_started 2",
      "4 tool_usage_finished 2",
      "5 tool_usage_started 2",
      "6 agent_execution_started 5",
      "7 agent_execution_completed 5",
      "8 tool_usage_finished 2",
      "9 agent_execution_completed 1",
      "10 task_completed ?",
    ]);
    expect(shown[6]?.data).toMatchObject({ agent_role: "Researcher", task_name: "work" });
    expect(JSON.stringify(manager.model.calls[1]?.prompt)).toContain("Choose one of: Researcher");
    expect(worker.model.calls[0]?.tools).toBeUndefined();
  });

  test("has a built-in manager, which works with the offline model", async () => {
    const { outcome, events } = await run({
      process: "hierarchical",
      managerModel: "offline/demo",
      agents: { a: { role: "Researcher", goal: "g", backstory: "b" } },
      tasks: [task("work")],
    });
    expect(outcome.state).toBe("SUCCESS");
    const roles = events.filter(({ type }) => type === "agent_execution_started").map(({ data }) => data["agent_role"]);
    expect(roles).toEqual(["Crew Manager", "Researcher", "Researcher"]);
  });

  test("agents of a sequential crew delegate if they are allowed to", async () => {
    const asking = agentWith(
      [
        {
          tools: [{ name: "ask_question_to_coworker", args: { question: "Why?", context: "c", coworker: "Expert" } }],
        },
        "Because.",
      ],
      { allowDelegation: true },
    );
    const expert = agentWith(["It is so."], { role: "Expert" });
    const { outcome } = await run({ agents: { a: asking.agent, expert: expert.agent }, tasks: [task("ask")] });
    expect(outcome).toMatchObject({ state: "SUCCESS", result: "Because." });
    expect(expert.model.calls).toHaveLength(1);
  });
});

describe("the tool cache", () => {
  const counting = (more: object = {}) => {
    const calls: unknown[] = [];
    const tool = defineTool({
      name: "count",
      description: "Counts",
      input: z.object({ a: z.number(), b: z.number().optional() }),
      run: (args) => calls.push(args),
      ...more,
    });
    const twice = [{ name: "count", args: { a: 1, b: 2 } }];
    const answers = [{ tools: twice }, { tools: [{ name: "count", args: { b: 2, a: 1 } }] }, "Done."];
    return { calls, ...agentWith(answers, { tools: [tool] }) };
  };

  test("is off by default; when on, repeated calls are answered from it, and events say so", async () => {
    const off = counting();
    await run({ agents: { a: off.agent }, tasks: [task("t")] });
    expect(off.calls).toHaveLength(2);
    const on = counting();
    const { events } = await run({ agents: { a: on.agent }, tasks: [task("t")], cache: true });
    expect(on.calls).toHaveLength(1);
    const ends = events.filter(({ type }) => type === "tool_usage_finished");
    expect(ends.map(({ data }) => [data["from_cache"], data["output"]])).toEqual([
      [false, "1"],
      [true, "1"],
    ]);
  });

  test("a tool or an agent may opt out", async () => {
    const vetoed = counting({ cacheable: () => false });
    await run({ agents: { a: vetoed.agent }, tasks: [task("t")], cache: true });
    expect(vetoed.calls).toHaveLength(2);
    const refused = counting();
    await run({ agents: { a: { ...refused.agent, cache: false } }, tasks: [task("t")], cache: true });
    expect(refused.calls).toHaveLength(2);
  });
});

describe("output files", () => {
  const write = async (outputFile: string, directory?: string) => {
    const { agent } = agentWith(["Text."]);
    const { outcome } = await run(
      { agents: { a: agent }, tasks: [task("t", { outputFile })], inputs: { name: "report" } },
      directory === undefined ? {} : { directory },
    );
    return outcome;
  };

  test("are written to the run's directory, with placeholders filled and folders created", async () => {
    const directory = await mkdtemp(join(tmpdir(), "crew-"));
    expect(await write("out/{name}.md", directory)).toMatchObject({ state: "SUCCESS" });
    expect(await readFile(join(directory, "out/report.md"), "utf8")).toBe("Text.");
  });

  test.each(["../up.md", "/etc/out.md", "a/../../b", "~/x", "$HOME/x", "link/x"])("%s is rejected", async (path) => {
    const directory = await mkdtemp(join(tmpdir(), "crew-"));
    await symlink(tmpdir(), join(directory, "link"));
    expect(await write(path, directory)).toMatchObject({
      state: "FAILED",
      error: expect.stringContaining("the run's directory"),
    });
  });

  test("require a directory", async () => {
    expect(await write("a.md")).toMatchObject({ state: "FAILED", error: expect.stringContaining("no directory") });
  });
});
