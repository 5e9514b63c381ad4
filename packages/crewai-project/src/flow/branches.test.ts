import { chatCompletions, eventProblems, providerServer, testContext } from "@crewstream/crew/testing";
import { expect, test } from "vitest";
import type { HumanAnswer, PendingInput } from "@crewstream/contracts";
import { loadProject } from "../load-project.ts";
import { testProject } from "../testing/test-project.ts";

const judge = { role: "Judge", goal: "Decide", backstory: "Strict", llm: "openai/gpt-4o", input: "Is it good?" };

test("the answer of an agent that routes is the label, and expressions still see its output", async () => {
  await using provider = await providerServer();
  provider.script(chatCompletions, { text: "good\n" });
  await using project = await testProject({
    "flow.json": {
      schema: "crewai.flow/v1",
      name: "judged",
      methods: {
        judge: { start: true, router: true, emit: ["good", "bad"], do: { call: "agent", with: judge } },
        praise: { listen: "good", do: { call: "expression", expr: "'it is ' + outputs.judge.raw" } },
        blame: { listen: "bad", do: { call: "expression", expr: "'bad'" } },
      },
    },
  });
  const context = testContext({ env: { OPENAI_API_KEY: "k", OPENAI_BASE_URL: `${provider.origin}/v1` } });
  const outcome = await (await loadProject(project.dir)).run({ ...context, guardedFetch: fetch });
  expect(outcome).toMatchObject({ state: "SUCCESS", result: "it is good\n" });
  expect(eventProblems(context.sink.events)).toEqual([]);
});

const reviewed = (humanFeedback: object, rest: object) => ({
  "flow.json": {
    schema: "crewai.flow/v1",
    name: "reviewed",
    methods: {
      draft: { start: true, do: { call: "expression", expr: "'text'" }, human_feedback: humanFeedback },
      ...rest,
    },
  },
});

async function runAnswered(files: Readonly<Record<string, unknown>>, feedback: string) {
  await using project = await testProject(files);
  const automation = await loadProject(project.dir);
  const context = testContext();
  const first = await automation.run(context);
  const [asked] = (first as { pending: PendingInput[] }).pending;
  const answer: HumanAnswer = { feedback, approved: null, at: "2026-01-01T00:00:00Z", source: null, timedOut: false };
  await context.journal.write(asked?.path ?? "", { kind: "human", value: answer });
  return automation.run(context);
}

test("expressions see a reviewed method's review, and the flow's result is the method's", async () => {
  const said = { call: "expression", expr: "outputs.draft.output + ', ' + outputs.draft.feedback" };
  const routed = reviewed(
    { message: "Good?", emit: ["yes", "no"] },
    { publish: { listen: "yes", do: said }, drop: { listen: "no", do: said } },
  );
  expect(await runAnswered(routed, "no")).toMatchObject({ state: "SUCCESS", result: "text, no" });
  const alone = reviewed({ message: "Good?", emit: ["yes", "no"] }, {});
  expect(await runAnswered(alone, "yes")).toMatchObject({ state: "SUCCESS", result: "text" });
});

test("a review without a route is the method's result, as in CrewAI", async () => {
  expect(await runAnswered(reviewed({ message: "Good?" }, {}), "short it")).toMatchObject({
    state: "SUCCESS",
    result: { output: "text", feedback: "short it", outcome: null, method_name: "draft" },
  });
});
