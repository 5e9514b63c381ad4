import { AppError, ErrorCode } from "@crewstream/contracts";
import { expect, test } from "vitest";
import { z } from "zod";
import { defineCrew } from "../crew/define-crew.ts";
import { eventProblems, scriptedModel, testContext, type ScriptedAnswer } from "../testing/index.ts";
import { defineTool } from "../tools/tool.ts";
import type { AgentDefinition } from "./agent.ts";

const read = defineTool({ name: "read", description: "Reads", input: z.object({}), run: () => "long ".repeat(2000) });
const callRead: ScriptedAnswer = { tools: [{ name: "read", args: {} }] };
const tooLong = new AppError("This model's maximum context length is 8192 tokens", { code: ErrorCode.modelFailed });

async function run(
  answers: readonly ScriptedAnswer[],
  agent: Partial<AgentDefinition> = {},
  contextWindow?: number,
  description = "Read it",
) {
  const model = scriptedModel(answers);
  const settings = contextWindow === undefined ? {} : { contextWindow };
  const crew = defineCrew({
    agents: {
      a: { role: "A", goal: "g", backstory: "b", tools: [read], model: { language: model, ...settings }, ...agent },
    },
    tasks: [{ name: "t", description, expectedOutput: "e", agent: "a" }],
  });
  const context = testContext();
  const outcome = await crew.run(context);
  expect(eventProblems(context.sink.events)).toEqual([]);
  const types = context.sink.types().filter((type) => type.startsWith("context_window"));
  return { outcome, model, types };
}

test("a conversation that fills the known window is summarised before it is sent", async () => {
  const { outcome, model, types } = await run([callRead, "Part one.", "Part two.", "Part three.", "Done."], {}, 2500);
  expect(types).toEqual(["context_window_summarization_started", "context_window_summarization_completed"]);
  expect(outcome).toMatchObject({ state: "SUCCESS", result: "Done." });
  const last = JSON.stringify(model.calls.at(-1)?.prompt);
  expect(last).toContain("Task: Read it");
  expect(last).toContain("Part three.");
  expect(last).not.toContain("long long");
});

test("when the provider says it is too long, it is summarised and sent again once", async () => {
  const { outcome, model } = await run([callRead, { error: tooLong }, "All of it.", "Done."]);
  expect(outcome).toMatchObject({ state: "SUCCESS", result: "Done." });
  expect(JSON.stringify(model.calls.at(-1)?.prompt)).toContain("All of it.");
});

const begun = "context_window_summarization_started";
const completed = "context_window_summarization_completed";

test("without respectContextWindow it fails immediately with the reason", async () => {
  const { outcome, model, types } = await run([callRead, { error: tooLong }], { respectContextWindow: false });
  expect(outcome).toMatchObject({
    state: "FAILED",
    error: expect.stringMatching(/too long for .*respect_context_window is false.*maximum context length/) as string,
  });
  expect(model.calls).toHaveLength(2);
  expect(types).toEqual([]);
});

test("a task that is too long by itself is shortened part by part, halving parts that are still too long", async () => {
  const answers = [{ error: tooLong }, { error: tooLong }, "First half.", "Second half.", "Done."];
  const { outcome, model, types } = await run(answers, {}, undefined, "fact ".repeat(1000));
  expect(outcome).toMatchObject({ state: "SUCCESS", result: "Done." });
  const last = JSON.stringify(model.calls.at(-1)?.prompt);
  expect(last).toContain("First half.");
  expect(last).toContain("Second half.");
  expect(last).toContain("You are A.");
  expect(last).not.toContain("fact fact");
  expect(types).toEqual([begun, completed]);
});

test("if a summary of what followed the task is not enough, the task is shortened too", async () => {
  const answers = [callRead, { error: tooLong }, "Read it.", { error: tooLong }, "Short task.", "Done."];
  const { outcome, model, types } = await run(answers);
  expect(outcome).toMatchObject({ state: "SUCCESS", result: "Done." });
  for (const text of ["Short task.", "Read it."]) expect(JSON.stringify(model.calls.at(-1)?.prompt)).toContain(text);
  expect(types).toEqual([begun, completed, begun, completed]);
});

test("what remains too long fails once, with that as the reason", async () => {
  const { outcome } = await run([{ error: tooLong }, "Short.", { error: tooLong }]);
  expect(outcome).toMatchObject({ state: "FAILED", error: expect.stringContaining("also as a summary") as string });
});

test("a conversation that could not be summarised beforehand is sent unchanged", async () => {
  const broken: ScriptedAnswer = { error: new AppError("no", { code: ErrorCode.modelFailed }) };
  const { outcome, types } = await run([callRead, broken, "Done."], {}, 2500);
  expect(outcome).toMatchObject({ state: "SUCCESS", result: "Done." });
  expect(types).toEqual([begun, "context_window_summarization_failed"]);
});
