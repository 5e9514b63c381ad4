import { eventProblems, testContext } from "@crewstream/crew/testing";
import { expect, test } from "vitest";
import { loadProject } from "../load-project.ts";
import { testProject } from "../testing/test-project.ts";

type Method = Record<string, unknown> & { expr?: string };

/** Runs a flow; returns the methods in the order in which they ended, with its result. */
async function ran(
  methods: Record<string, Method>,
  state: object = {},
): Promise<{ ended: unknown[]; result: unknown }> {
  const withActions = Object.entries(methods).map(([name, { expr = `'${name}'`, ...method }]) => [
    name,
    { ...method, do: { call: "expression", expr } },
  ]);
  const flow = { schema: "crewai.flow/v1", name: "routed", methods: Object.fromEntries(withActions) };
  await using project = await testProject({ "flow.json": { ...flow, state: { type: "dict", default: state } } });
  const context = testContext();
  const outcome = await (await loadProject(project.dir)).run(context);
  expect(outcome.state).toBe("SUCCESS");
  expect(eventProblems(context.sink.events)).toEqual([]);
  const ends = context.sink.events.filter(({ type }) => type === "method_execution_finished");
  return { ended: ends.map(({ data }) => data["method_name"]), result: outcome.state === "SUCCESS" && outcome.result };
}

const router = (listen: unknown, label: string, emit = [label]): Method => ({
  listen,
  router: true,
  emit,
  expr: `'${label}'`,
});

test("a method that listens to a router's name runs, whatever the label", async () => {
  const begin = { start: true };
  expect(await ran({ begin, r: router("begin", "lab"), by_name: { listen: "r" } })).toEqual({
    ended: ["begin", "r", "by_name"],
    result: "by_name",
  });
});

test("a router's name counts for an AND", async () => {
  const join = { listen: { and: ["r", "side"] } };
  const { ended } = await ran({ begin: { start: true }, r: router("begin", "lab"), side: { listen: "begin" }, join });
  expect(ended).toEqual(["begin", "r", "side", "join"]);
});

test("a label may be the name of a method, whose listeners it triggers", async () => {
  const methods = {
    draft: { start: true },
    use: { listen: "draft" },
    check: router("use", "draft", ["draft", "done"]),
    end: { listen: "done" },
  };
  // The second time it returns the other label.
  methods.check.expr = "!has(outputs.check) ? 'draft' : 'done'";
  expect(await ran(methods)).toMatchObject({ ended: ["draft", "use", "check", "use", "check", "end"] });
});

test("several routers listen to a router, and an AND waits for what all of their labels trigger", async () => {
  const letters = { d: "diabetes", h: "heart", a: "asthma" };
  const branches = Object.entries(letters).flatMap(([letter, label]): [string, Method][] => [
    [
      `${letter}_router`,
      {
        listen: "diagnose",
        router: true,
        emit: [label, "none"],
        expr: `state.sick.contains('${letter.toUpperCase()}') ? '${label}' : 'none'`,
      },
    ],
    [letter, { listen: label, expr: `'${letter}-analysis'` }],
  ]);
  const report = { listen: { and: ["d", "h", "a"] }, expr: "outputs.d + ' ' + outputs.h + ' ' + outputs.a" };
  const methods = {
    scan: { start: true, expr: "state.sick" },
    diagnose: { listen: "scan", router: true, expr: "state.sick" },
    ...Object.fromEntries(branches),
    report,
  };
  const { ended, result } = await ran(methods, { sick: "D H A" });
  expect(result).toBe("d-analysis h-analysis a-analysis");
  expect(ended).toHaveLength(9);
});
