import { AppError, ErrorCode } from "@crewstream/contracts";
import { expect, test } from "vitest";
import { z } from "zod";
import { defineAgent } from "../agent/define-agent.ts";
import { defineCrew } from "../crew/define-crew.ts";
import { or } from "../flow/condition.ts";
import { defineFlow, type Flow } from "../flow/define-flow.ts";
import { eventProblems, recordingSink, scriptedModel, testContext, type ScriptedAnswer } from "../testing/index.ts";
import { defineTool } from "../tools/tool.ts";

/** Waits until it is cancelled. */
const patient = defineTool({
  name: "patient",
  description: "Waits",
  input: z.object({}),
  run: (_, { signal }) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason as Error));
    }),
});
/** Ignores its signal. */
const deaf = defineTool({
  name: "deaf",
  description: "Waits",
  input: z.object({}),
  run: () => new Promise(() => undefined),
});
const quick = defineTool({ name: "quick", description: "Quick", input: z.object({}), run: () => "done" });

/** Calls its tools at once, delegates work if possible, and is done with the next answer. */
const model = () =>
  scriptedModel(({ prompt, tools = [] }): ScriptedAnswer => {
    if (JSON.stringify(prompt).includes("valid")) return '{"valid": true, "feedback": ""}';
    if (prompt.length > 2 || tools.length === 0) return "The answer is here.";
    const handed = { task: "x", question: "x", context: "y", coworker: "Helper" };
    return { text: "hm", tools: tools.map(({ name }) => ({ name, args: name.includes("coworker") ? handed : {} })) };
  });
const who = (role: string) => ({ role, goal: "g", backstory: "b", model: model() });

const crewOf = (...tools: (typeof quick)[]) =>
  defineCrew({
    name: "inner",
    agents: { a: { ...who("A"), tools, allowDelegation: true }, helper: { ...who("Helper"), tools } },
    tasks: [
      { name: "one", description: "d", expectedOutput: "e", agent: "a", guardrails: ["is it good"] },
      { name: "two", description: "d", expectedOutput: "e", agent: "helper", asyncExecution: true },
    ],
  });

/** Crews, a hierarchical one and a standalone agent inside a flow's methods, some in parallel. */
const everything = (): Flow =>
  defineFlow({ name: "outer" }, (f) =>
    f
      .start("crew", async () => (await crewOf(quick).kickoff({})).raw)
      .start("agent", async () => (await defineAgent({ ...who("L"), guardrail: "good" }).kickoff("hello")).raw)
      .start("led", async () => {
        const tasks = [{ name: "t", description: "d", expectedOutput: "e" }];
        const led = { process: "hierarchical", managerModel: model(), agents: { b: who("Helper") }, tasks } as const;
        return (await defineCrew(led).kickoff({})).raw;
      })
      .router("choose", or("crew", "agent"), { emits: ["on"] }, () => "on")
      .listen("last", "on", async () => (await crewOf(quick).kickoff({})).raw),
  );

/** Runs it and cancels the run when it has emitted its n-th event. */
async function cancelledAt(n: number, flow: Flow) {
  const controller = new AbortController();
  const sink = recordingSink();
  const emit = sink.emit.bind(sink);
  sink.emit = (event) => {
    emit(event);
    if (sink.events.length === n) {
      setImmediate(() => controller.abort(new AppError("Cancelled", { code: ErrorCode.cancelled })));
    }
  };
  const outcome = await flow.run(testContext({ sink, signal: controller.signal }));
  return { state: outcome.state, last: sink.types().at(-1), problems: eventProblems(sink.events), sink };
}

test("a run that is cancelled at any event ends everything it has started, innermost first", async () => {
  const whole = await cancelledAt(-1, everything());
  expect(whole).toMatchObject({ state: "SUCCESS", problems: [] });
  const ends = { REVOKED: "flow_failed", SUCCESS: "flow_finished" } as Record<string, string>;
  for (let at = 1; at <= whole.sink.events.length; at += 11) {
    const { state, last, problems } = await cancelledAt(at, everything());
    expect({ at, last, problems }).toEqual({ at, last: ends[state], problems: [] });
  }
}, 60_000);

test.each(["deaf", "patient"])("a crew is cancelled inside a %s tool", async (name) => {
  const tool = name === "deaf" ? deaf : patient;
  const flow = defineFlow({}, (f) => f.start("go", async () => (await crewOf(tool).kickoff({})).raw));
  const begun = await cancelledAt(
    -1,
    defineFlow({}, (f) => f.start("go", () => 1)),
  );
  expect(begun.problems).toEqual([]);
  const { state, problems, sink } = await cancelledAt(20, flow);
  expect({ state, problems }).toEqual({ state: "REVOKED", problems: [] });
  expect(sink.types()).toContain("crew_kickoff_failed");
});

test("work that a method has started is cancelled and ends before the method, if it fails or does not wait", async () => {
  const failing = async (): Promise<void> => {
    await new Promise((resolve) => setImmediate(resolve));
    throw new Error("no such city");
  };
  const flow = defineFlow({}, (f) =>
    f
      .start("both", async () => {
        await Promise.all([crewOf(patient).kickoff({}), failing()]);
      })
      .start("other", async () => (await crewOf(deaf).kickoff({})).raw),
  );
  const failed = testContext();
  expect(await flow.run(failed)).toMatchObject({ state: "FAILED", error: "no such city" });
  expect(eventProblems(failed.sink.events)).toEqual([]);

  const careless = defineFlow({}, (f) =>
    f.start("go", async () => {
      void crewOf(patient)
        .kickoff({})
        .catch(() => undefined);
      return "gone on";
    }),
  );
  const left = testContext();
  expect(await careless.run(left)).toMatchObject({ state: "SUCCESS", result: "gone on" });
  expect(eventProblems(left.sink.events)).toEqual([]);
  expect(left.sink.types().at(-1)).toBe("flow_finished");
});

test("the loser of a race ends what it has started", async () => {
  const flow = defineFlow({}, (f) =>
    f
      .start("begin", () => 1)
      .listen("slow", "begin", async () => (await crewOf(patient).kickoff({})).raw)
      .listen("fast", "begin", async () => {
        await new Promise((resolve) => setImmediate(resolve));
        return "fast";
      })
      .listen("end", or("slow", "fast"), (_, first: unknown) => first),
  );
  const context = testContext();
  expect(await flow.run(context)).toMatchObject({ state: "SUCCESS", result: "fast" });
  expect(eventProblems(context.sink.events)).toEqual([]);
});

test("an agent whose time is over ends what its tools have started", async () => {
  const crew = defineCrew({
    agents: {
      a: { ...who("A"), allowDelegation: true, maxExecutionTime: 0.05, maxRetryLimit: 0 },
      helper: { ...who("Helper"), tools: [patient] },
    },
    tasks: [{ name: "t", description: "d", expectedOutput: "e", agent: "a" }],
  });
  const context = testContext();
  expect(await crew.run(context)).toMatchObject({ state: "FAILED" });
  expect(eventProblems(context.sink.events)).toEqual([]);
});
