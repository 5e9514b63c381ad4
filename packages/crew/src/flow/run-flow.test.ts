import { describe, expect, test } from "vitest";
import { z } from "zod";
import { defineCrew } from "../crew/define-crew.ts";
import { eventProblems, scriptedModel, testContext, traceOf } from "../testing/index.ts";
import { and, or } from "./condition.ts";
import { defineFlow } from "./define-flow.ts";

type Context = ReturnType<typeof testContext>;

/** The methods in the order in which they ended. */
const finished = ({ sink }: Context): unknown[] =>
  sink.events.filter((event) => event.type === "method_execution_finished").map((event) => event.data["method_name"]);

describe("a flow", () => {
  test("runs a crew, a router and a listener with CrewAI's links", async () => {
    const crew = defineCrew({
      name: "inner",
      agents: { a: { role: "A", goal: "g", backstory: "b", model: scriptedModel(["crew answer"]) } },
      tasks: [{ name: "t", description: "About {topic}", expectedOutput: "e", agent: "a" }],
    });
    const flow = defineFlow(
      { name: "DemoFlow", state: z.object({ topic: z.string(), draft: z.string().default("") }) },
      (f) =>
        f
          .start("begin", () => "go")
          .listen("run_crew", "begin", async ({ state }, word) => {
            const { raw } = await crew.kickoff({ topic: state.topic });
            state.draft = `${word}: ${raw}`;
            return raw;
          })
          .router("decide", "run_crew", () => "approved")
          .listen("publish", "approved", () => "published"),
    );
    const context = testContext({ inputs: { topic: "AI", unknown: 1 } });
    const outcome = await flow.run(context);
    expect(outcome).toMatchObject({ state: "SUCCESS", result: "published", usage: { total_tokens: 15 } });
    expect(eventProblems(context.sink.events)).toEqual([]);
    const events = context.sink.events.filter((event) => !/chunk|step|agent_logs/.test(event.type));
    expect(traceOf(events)).toEqual([
      "1 flow_created - - - -",
      "2 flow_started - 1 - -",
      "3 method_execution_started 2 2 - -",
      "4 method_execution_finished 2 3 - 3",
      "5 method_execution_started 2 4 4 -",
      "6 crew_kickoff_started 5 5 4 -",
      "7 task_started 6 6 4 -",
      "8 agent_execution_started 7 7 4 -",
      "9 llm_call_started 8 ? 4 -",
      "10 llm_call_completed 8 ? 4 9",
      "11 agent_execution_completed 7 ? 4 8",
      "12 task_completed 6 11 4 7",
      "13 crew_kickoff_completed 5 12 4 6",
      "14 method_execution_finished 2 5 4 5",
      "15 method_execution_started 2 14 14 -",
      "16 method_execution_finished 2 15 14 15",
      "17 method_execution_started 2 16 16 -",
      "18 method_execution_finished 2 17 16 17",
      "19 flow_finished - 2 - 2",
    ]);
    expect(events[4]?.data).toMatchObject({
      method_name: "run_crew",
      params: { _0: "go" },
      state: { topic: "AI", draft: "" },
    });
    expect(events[18]?.data).toMatchObject({
      result: "published",
      state: { topic: "AI", draft: "go: crew answer", id: context.executionId },
    });
    expect(events[18]?.data["state"]).not.toHaveProperty("unknown");
  });

  test("starts run in parallel; AND waits for all, OR for the first", async () => {
    const bothStarted = Promise.withResolvers<void>();
    const firstIsDone = Promise.withResolvers<void>();
    const seen: string[] = [];
    const flow = defineFlow({ state: z.object({ log: z.array(z.string()).default([]) }) }, (f) =>
      f
        .start("left", async ({ state }) => {
          await bothStarted.promise;
          state.log.push("left");
          return "l";
        })
        .start("right", async ({ state }) => {
          bothStarted.resolve();
          await firstIsDone.promise;
          state.log.push("right");
          return "r";
        })
        .listen("any", or("left", "right"), (_, input) => {
          seen.push(`any ${String(input)}`);
          firstIsDone.resolve();
        })
        .listen("all", and("left", "right"), ({ state }) => state.log),
    );
    const context = testContext();
    expect(await flow.run(context)).toMatchObject({ state: "SUCCESS", result: ["left", "right"] });
    expect(seen).toEqual(["any l"]);
    expect(finished(context)).toEqual(["left", "any", "right", "all"]);
    expect(eventProblems(context.sink.events)).toEqual([]);
  });

  test("a router may loop until it is satisfied", async () => {
    const flow = defineFlow({ state: z.object({ n: z.number().default(0) }) }, (f) =>
      f
        .start("begin", () => "x")
        .listen("count", or("begin", "again"), ({ state }) => (state.n += 1))
        .router("check", "count", ({ state }) => (state.n < 3 ? "again" : "enough"))
        .listen("end", "enough", ({ state }) => `after ${state.n}`),
    );
    const context = testContext();
    expect(await flow.run(context)).toMatchObject({ state: "SUCCESS", result: "after 3" });
    expect(finished(context)).toEqual(["begin", "count", "check", "count", "check", "count", "check", "end"]);
    expect(eventProblems(context.sink.events)).toEqual([]);
  });

  test("AND waits for all of its methods again in every round", async () => {
    const flow = defineFlow({ state: z.object({ n: z.number().default(0), joins: z.number().default(0) }) }, (f) =>
      f
        .start("begin", () => "x")
        .listen("left", or("begin", "again"), () => "l")
        .listen("right", "left", ({ state }) => (state.n += 1))
        .listen("join", and("left", "right"), ({ state }) => (state.joins += 1))
        .router("check", "join", ({ state }) => (state.n < 3 ? "again" : "enough"))
        .listen("end", "enough", ({ state }) => state.joins),
    );
    const context = testContext();
    expect(await flow.run(context)).toMatchObject({ result: 3 });
    expect(finished(context).filter((name) => name !== "check")).toEqual([
      "begin",
      ...Array.from({ length: 3 }, () => ["left", "right", "join"]).flat(),
      "end",
    ]);
  });

  test("OR fires once in every round", async () => {
    const flow = defineFlow({ state: z.object({ anys: z.number().default(0), rounds: z.number().default(0) }) }, (f) =>
      f
        .start("begin", () => "x")
        .listen("b", or("begin", "again"), () => "b")
        .listen("c", or("begin", "again"), () => "c")
        .listen("any", or("b", "c"), ({ state }) => (state.anys += 1))
        .listen("both", and("b", "c"), ({ state }) => (state.rounds += 1))
        .router("check", "both", ({ state }) => (state.rounds < 3 ? "again" : "enough"))
        .listen("end", "enough", ({ state }) => state.anys),
    );
    expect(await flow.run(testContext())).toMatchObject({ result: 3 });
  });

  test("an endless loop is stopped with that as the reason", async () => {
    const flow = defineFlow({ maxMethodCalls: 5 }, (f) =>
      f.start("begin", () => "x").router("round", or("begin", "more"), () => "more"),
    );
    const context = testContext();
    expect(await flow.run(context)).toMatchObject({
      state: "FAILED",
      error: expect.stringContaining("called 5 times"),
    });
    expect(eventProblems(context.sink.events)).toEqual([]);
  });

  test("routers run before listeners, and a router without a label triggers nothing", async () => {
    const flow = defineFlow({}, (f) =>
      f
        .start("begin", () => 1)
        .listen("after", "begin", () => "last")
        .router("first", "begin", () => null)
        .listen("never", "label", () => "never"),
    );
    const context = testContext();
    expect(await flow.run(context)).toMatchObject({ result: "last" });
    expect(finished(context)).toEqual(["begin", "first", "after"]);
  });

  test("a failing method fails the flow, cancels the others and leaves nothing open", async () => {
    const waiting = Promise.withResolvers<void>();
    const flow = defineFlow({}, (f) =>
      f
        .start("slow", async ({ signal }) => {
          waiting.resolve();
          await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
        })
        .start("fail", async ({ state }) => {
          await waiting.promise;
          Object.assign(state, { dirty: true });
          throw new RangeError("bad step");
        })
        .listen("after", "slow", () => "never"),
    );
    const context = testContext();
    expect(await flow.run(context)).toMatchObject({ state: "FAILED", error: "bad step", errorType: "RangeError" });
    expect(eventProblems(context.sink.events)).toEqual([]);
    const ends = context.sink.events.slice(-3).map(({ type, data }) => [type, data["method_name"], data["error"]]);
    expect(ends).toEqual([
      ["method_execution_failed", "fail", "bad step"],
      ["method_execution_failed", "slow", "Cancelled: the method fail failed"],
      ["flow_failed", undefined, "bad step"],
    ]);
  });

  test("inputs that do not fit the state fail the run and are named", async () => {
    const flow = defineFlow({ state: z.object({ count: z.number() }) }, (f) => f.start("a", () => 1));
    const context = testContext({ inputs: { count: "many" } });
    expect(await flow.run(context)).toMatchObject({ state: "FAILED", error: expect.stringContaining("count") });
    expect(context.sink.types()).toEqual(["flow_created", "flow_started", "flow_failed"]);
  });

  test("emits custom events, but rejects reserved and mistyped names", async () => {
    const errors: string[] = [];
    const flow = defineFlow({}, (f) =>
      f.start("a", ({ emit }) => {
        emit("order_placed", { total: 12, at: new Date("2026-01-01T00:00:00Z") });
        for (const name of ["task_started", "task_startd", "no spaces"]) {
          try {
            emit(name);
          } catch (error) {
            errors.push((error as Error).message);
          }
        }
      }),
    );
    const context = testContext();
    await flow.run(context);
    expect(context.sink.types()[3]).toBe("order_placed");
    expect(context.sink.events[3]?.data).toMatchObject({ total: 12, at: "2026-01-01T00:00:00.000Z" });
    expect(errors).toHaveLength(3);
  });

  test("a graph that cannot work is rejected when it is defined", () => {
    expect(() => defineFlow({}, (f) => f.listen("a", "b", () => 1))).toThrow("no method starts it");
    expect(() => defineFlow({}, (f) => f.start("a", () => 1).listen("b", "c", () => 1))).toThrow('listens to "c"');
    expect(() => defineFlow({}, (f) => f.start("a", () => 1).start("a", () => 1))).toThrow('two methods are named "a"');
    expect(() => defineFlow({}, (f) => f.start("a", () => 1).listen("b", "b", () => 1))).toThrow("listens to itself");
    const humanFeedback = { message: "Well?", emit: ["yes"], defaultOutcome: "no" };
    expect(() => defineFlow({}, (f) => f.start("a", { humanFeedback }, () => 1))).toThrow('the default outcome "no"');
    const onTime = { message: "Well?", emit: ["publish", "discard"], timeoutSeconds: 60 };
    expect(() => defineFlow({}, (f) => f.start("a", { humanFeedback: onTime }, () => 1))).toThrow("no default outcome");
    const mapped = { message: "Well?", emit: ["yes"], rejectOutcome: "no" };
    expect(() => defineFlow({}, (f) => f.start("a", { humanFeedback: mapped }, () => 1))).toThrow("the reject outcome");
    expect(() =>
      defineFlow({}, (f) =>
        f
          .start("a", () => 1)
          .router("r", "a", { emits: ["yes"] }, () => "yes")
          .listen("b", "no", () => 1),
      ),
    ).toThrow('"no"');
  });
});
