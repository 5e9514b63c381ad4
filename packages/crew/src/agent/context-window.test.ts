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

async function run(answers: readonly ScriptedAnswer[], agent: Partial<AgentDefinition> = {}, contextWindow?: number) {
  const model = scriptedModel(answers);
  const settings = contextWindow === undefined ? {} : { contextWindow };
  const crew = defineCrew({
    agents: {
      a: { role: "A", goal: "g", backstory: "b", tools: [read], model: { language: model, ...settings }, ...agent },
    },
    tasks: [{ name: "t", description: "Read it", expectedOutput: "e", agent: "a" }],
  });
  const context = testContext();
  const outcome = await crew.run(context);
  expect(eventProblems(context.sink.events)).toEqual([]);
  return { outcome, model };
}

test("a conversation that fills the known window is summarised before it is sent", async () => {
  const { outcome, model } = await run([callRead, "Part one.", "Part two.", "Part three.", "Done."], {}, 2500);
  expect(outcome).toMatchObject({ state: "SUCCESS", result: "Done." });
  const last = JSON.stringify(model.calls.at(-1)?.prompt);
  expect(last).toContain("Task: Read it");
  expect(last).toContain("Part three.");
  expect(last).not.toContain("long long");
});

test("when the provider says it is too long it is summarised, and asked again once", async () => {
  const { outcome, model } = await run([callRead, { error: tooLong }, "All of it.", "Done."]);
  expect(outcome).toMatchObject({ state: "SUCCESS", result: "Done." });
  expect(JSON.stringify(model.calls.at(-1)?.prompt)).toContain("All of it.");
});

test("without respectContextWindow it fails", async () => {
  const { outcome } = await run([callRead, { error: tooLong }], { respectContextWindow: false });
  expect(outcome).toMatchObject({ state: "FAILED", error: expect.stringContaining("maximum context length") });
});
