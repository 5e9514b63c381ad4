import { chatCompletions, eventProblems, providerServer, testContext, type Asked } from "@crewstream/crew/testing";
import { expect, test } from "vitest";
import { loadProject } from "../load-project.ts";
import { testProject } from "../testing/test-project.ts";

const score = { type: "object", properties: { score: { type: "integer" } }, required: ["score"] };
const worker = { role: "w", goal: "Do it", backstory: "You are w." };
const atLeast3 = "has(output.json_dict) && output.json_dict != null && output.json_dict.score >= 3";

/** Runs a project whose model gives these answers, and then repeats the last one. */
async function answered(files: Record<string, unknown>, answers: readonly string[]) {
  await using provider = await providerServer();
  const prompts: string[] = [];
  provider.answer(chatCompletions, ({ body }: Asked) => {
    prompts.push(JSON.stringify(body["messages"]));
    return { text: answers[Math.min(prompts.length, answers.length) - 1]! };
  });
  await using project = await testProject(files);
  const context = testContext({ env: { OPENAI_API_KEY: "k", OPENAI_BASE_URL: `${provider.origin}/v1` } });
  const outcome = await (
    await loadProject(project.dir)
  ).run({ ...context, defaultModel: "openai/gpt-4o", guardedFetch: fetch });
  expect(eventProblems(context.sink.events)).toEqual([]);
  return { outcome, prompts };
}

function crewFiles(task: object, agent: object = {}): Record<string, unknown> {
  const asked = { name: "t", description: "Give it.", expected_output: "json", agent: "w", output_pydantic: score };
  return {
    "agents/w.json": { ...worker, ...agent },
    "crew.json": { name: "c", agents: ["w"], tasks: [{ ...asked, ...task }] },
  };
}

test("an answer that does not fit is returned to the agent with the error, and then passed to the guardrail", async () => {
  const task = { guardrail_max_retries: 3, guardrails: [{ cel: atLeast3 }] };
  const answers = ["not json", '{"score":"high"}', '{"score":1}', '{"score":5}'];
  const { outcome, prompts } = await answered(crewFiles(task), answers);
  expect(outcome).toMatchObject({ state: "SUCCESS", resultJson: { score: 5 } });
  expect(prompts).toHaveLength(4);
  expect(prompts[1]).toContain("it contains no JSON");
  expect(prompts[2]).toMatch(/expected number, received string.*score/);
  // Its previous answer remains in the conversation.
  expect(prompts[2]).toContain("not json");
  expect(prompts[3]).toContain("was not accepted");
});

test.each([
  [{}, 3],
  [{ max_retry_limit: 0 }, 1],
  [{ max_retry_limit: 4 }, 5],
])("it fails after its max_retry_limit, with what is wrong: %j", async (agent, calls) => {
  const { outcome, prompts } = await answered(crewFiles({}, agent), ["not json"]);
  expect(outcome).toMatchObject({ state: "FAILED", error: expect.stringContaining("it contains no JSON") });
  expect(prompts).toHaveLength(calls);
});

test("so is the answer of a flow's agent", async () => {
  const ask = { ...worker, input: "Give it.", response_format: score };
  const methods = { ask: { start: true, do: { call: "agent", with: ask } } };
  const files = { "flow.json": { schema: "crewai.flow/v1", name: "f", methods } };
  const { outcome, prompts } = await answered(files, ["not json", '{"score":"high"}', '{"score":5}']);
  expect(outcome).toMatchObject({ state: "SUCCESS", result: { pydantic: { score: 5 } } });
  expect(prompts).toHaveLength(3);
  expect(prompts[2]).toMatch(/expected number, received string.*score/);
  expect((await answered(files, ["not json"])).outcome).toMatchObject({ state: "FAILED" });
});
