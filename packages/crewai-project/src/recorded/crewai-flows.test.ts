import { readFile } from "node:fs/promises";
import { newExecutionId } from "@crewstream/contracts";
import {
  defineFlow,
  flowFrom,
  type Condition,
  type Flow,
  type FlowBuilder,
  type FlowMethod,
  type RunContext,
} from "@crewstream/crew";
import { eventProblems, crashingStore, testContext, type Crash } from "@crewstream/crew/testing";
import { describe, expect, test } from "vitest";
import { loadProject } from "../load-project.ts";
import { testProject } from "../testing/test-project.ts";
import { VirtualTime } from "../testing/virtual-time.ts";

interface RecordedMethod {
  start?: true | Condition;
  listen?: Condition;
  /** A router's labels, one after the other; the last one is repeated. */
  labels?: (string | number | boolean | null)[];
  /** How long a call takes. */
  ms: number;
}

/** A flow and what CrewAI did with it: `+name` where a method began, `name` where it ended (scripts/record-flows.py). */
interface RecordedFlow {
  methods: Record<string, RecordedMethod>;
  trace: string;
  failed?: true;
}

const file = new URL("fixtures/crewai-flows.json", import.meta.url);
const { maxCalls, flows } = JSON.parse(await readFile(file, "utf8")) as { maxCalls: number; flows: RecordedFlow[] };

/** Returns a router's labels one after the other, by its earlier results. */
function labelAfter(labels: NonNullable<RecordedMethod["labels"]>, before: unknown): unknown {
  if (before === undefined) return labels[0];
  return labels[labels.indexOf(before as never) + 1] ?? labels.at(-1);
}

/** Labels as Python writes them. */
const textsOf = (labels: NonNullable<RecordedMethod["labels"]>): string[] =>
  labels.flatMap((label) => (label === null ? [] : [label === true ? "True" : String(label)]));

const executionId = newExecutionId();

const literal = (label: unknown): string => (label === null ? "dyn(null)" : JSON.stringify(label).replaceAll('"', "'"));

/** The same as an expression. */
function sequence(name: string, labels: NonNullable<RecordedMethod["labels"]>): string {
  const last = literal(labels.at(-1));
  const rest = labels
    .slice(0, -1)
    .reduceRight(
      (after, label, index) => `outputs.${name} == ${literal(label)} ? ${literal(labels[index + 1])} : ${after}`,
      last,
    );
  return labels.length === 1 ? last : `!has(outputs.${name}) ? ${literal(labels[0])} : ${rest}`;
}

const entries = ({ methods }: RecordedFlow) => Object.entries(methods);

async function declared(flow: RecordedFlow): Promise<Flow> {
  const methods = entries(flow).map(([name, { ms: _, labels, ...conditions }]) => {
    const expr = labels === undefined ? `'${name}'` : sequence(name, labels);
    return [
      name,
      { ...conditions, ...(labels && { router: true, emit: textsOf(labels) }), do: { call: "expression", expr } },
    ];
  });
  const config = { max_method_calls: maxCalls };
  await using project = await testProject({
    "flow.json": { schema: "crewai.flow/v1", name: "f", config, methods: Object.fromEntries(methods) },
  });
  return (await loadProject(project.dir)) as Flow;
}

function inTypeScript(flow: RecordedFlow): Flow {
  const methods = entries(flow).map(([name, { labels = [], start, listen }]): FlowMethod => {
    const run: FlowMethod["run"] = ({ outputs }) => (labels.length === 0 ? name : labelAfter(labels, outputs[name]));
    const method: FlowMethod =
      labels.length === 0 ? { name, run } : { name, run, router: true, emits: textsOf(labels) };
    if (start !== undefined) method.start = start;
    if (listen !== undefined) method.listen = listen;
    return method;
  });
  return flowFrom({ name: "f", maxMethodCalls: maxCalls, methods });
}

type AnyBuilder = FlowBuilder<Record<string, unknown>, Record<string, unknown>>;

/** The same with `defineFlow`; undefined for a method that it cannot express. */
function defined(flow: RecordedFlow): Flow | undefined {
  const methods = entries(flow);
  const hasWords = ({ start, listen, labels }: RecordedMethod): boolean =>
    start === undefined ? listen !== undefined : start === true && listen === undefined && labels === undefined;
  if (!methods.every(([, method]) => hasWords(method))) return undefined;
  return defineFlow({ name: "f", maxMethodCalls: maxCalls }, (builder) =>
    methods.reduce((f, [name, { labels, listen }]) => {
      const give = ({ outputs }: { outputs: Readonly<Record<string, unknown>> }): never =>
        (labels === undefined ? name : labelAfter(labels, outputs[name])) as never;
      if (listen === undefined) return f.start(name, give) as AnyBuilder;
      return labels === undefined
        ? f.listen(name, listen, give)
        : f.router(name, listen, { emits: textsOf(labels) }, give);
    }, builder as AnyBuilder),
  );
}

/** Runs a flow whose methods take the recorded times. */
async function traced(flow: Flow, { methods }: RecordedFlow, context: RunContext = testContext()) {
  const time = new VirtualTime();
  const trace: string[] = [];
  const timed = flow.definition.methods.map((method): FlowMethod => ({
    ...method,
    run: async (inner, input) => {
      trace.push(`+${method.name}`);
      const result = await method.run(inner, input);
      await time.pass(methods[method.name]!.ms);
      if (!inner.signal.aborted) trace.push(method.name);
      return result;
    },
  }));
  const outcome = await time.drive(flowFrom({ ...flow.definition, methods: timed }).run(context));
  return { trace: trace.join(" "), failed: outcome.state === "FAILED" ? outcome.error : undefined };
}

/** Flows where ours differs, for comparison by eye. */
async function differences(build: (flow: RecordedFlow) => Promise<Flow> | Flow | undefined): Promise<unknown[]> {
  const found: unknown[] = [];
  for (const [index, recorded] of flows.entries()) {
    const flow = await build(recorded);
    if (flow === undefined) continue;
    const context = testContext();
    const { trace, failed } = await traced(flow, recorded, context);
    const problems = eventProblems(context.sink.events);
    const isSame = trace === recorded.trace && (failed !== undefined) === (recorded.failed === true);
    if (!isSame || problems.length > 0) found.push({ index, ...recorded, ours: trace, failed, problems });
  }
  return found;
}

describe("random flows run the methods that CrewAI runs, in its order", () => {
  test("as flow.yaml", async () => expect(await differences(declared)).toEqual([]));
  test("in TypeScript", async () => expect(await differences(inTypeScript)).toEqual([]));
  test("with defineFlow", async () => expect(await differences(defined)).toEqual([]));
});

/** Runs a flow until its process ends or crashes; returns the methods whose code ran, and the outcome. */
async function lived(flow: Flow, recorded: RecordedFlow, store: ReturnType<typeof crashingStore>, crash?: Crash) {
  const { context, flush } = store.process(crash);
  const end = await traced(flow, recorded, context).catch(() => undefined);
  if (end !== undefined) flush();
  return end;
}

test("a random flow that is killed at any write continues, and repeats nothing that is journaled", async () => {
  for (const recorded of flows.filter(({ failed }) => failed !== true).filter((_, index) => index % 12 === 0)) {
    const flow = inTypeScript(recorded);
    const calm = crashingStore({ executionId });
    await lived(flow, recorded, calm);
    for (let index = 0; index < calm.rows.size; index += 1) {
      for (const crash of [{ before: index }, { after: index }]) {
        const store = crashingStore({ executionId });
        expect(await lived(flow, recorded, store, crash)).toBeUndefined();
        expect(await lived(flow, recorded, store)).toMatchObject({ failed: undefined });
        expect(eventProblems(store.events)).toEqual([]);
        expect(new Set(store.events.map(({ id }) => id)).size).toBe(store.events.length);
        const count = store.events.length;
        expect(await lived(flow, recorded, store)).toEqual({ trace: "", failed: undefined });
        expect(store.events).toHaveLength(count);
      }
    }
  }
});
