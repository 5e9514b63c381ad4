import { chatCompletions, eventProblems, providerServer, type ProviderServer } from "@crewstream/crew/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PythonExecution, testPython } from "../testing/python-runs.ts";

describe.skipIf(testPython === "")("a classic project and a function of it", () => {
  let model: ProviderServer;
  let env: Record<string, string>;
  let prompts: string[];
  beforeAll(async () => {
    model = await providerServer();
    env = { OPENAI_API_KEY: "sk-test", OPENAI_BASE_URL: `${model.origin}/v1` };
    model.answer(chatCompletions, ({ body }) => {
      const text = JSON.stringify(body["messages"]);
      prompts.push(text);
      if (text.includes("Third about")) return { text: '{"score": 7}' };
      return { text: text.includes("Say please") ? "yes, please" : "no way" };
    });
  });
  afterAll(() => model?.[Symbol.asyncDispose]());

  test("runs the tasks that its code lists, with guardrails, a hook and a schema", async () => {
    prompts = [];
    await using execution = await PythonExecution.of("classic_crew");
    expect(await execution.run({ topic: "geese" }, { env })).toMatchObject({
      state: "SUCCESS",
      resultJson: { score: 7 },
      tasks: [{ name: "first", output: "yes, please" }, { name: "third" }],
    });
    expect(prompts.every((text) => text.includes("GEESE"))).toBe(true);
    expect(prompts.some((text) => text.includes("Second about"))).toBe(false);
    expect(eventProblems(execution.events)).toEqual([]);
  });

  test("a function gets its inputs as keywords, and its value is the result", async () => {
    prompts = [];
    await using execution = await PythonExecution.of("classic_crew");
    execution.target = 1;
    expect(await execution.run({ topic: "geese", tone: "dry", unknown: "dropped" }, { env })).toMatchObject({
      state: "SUCCESS",
      result: { score: 7, topic: "geese" },
    });
    expect(prompts[0]).toContain("DRY GEESE");
    expect(eventProblems(execution.events)).toEqual([]);
  });

  test("a crew in JSON with a tool in Python, for which Python is chosen, with its default inputs", async () => {
    await using execution = await PythonExecution.of("declared_crew");
    const outcome = await execution.run({ topic: "geese" });
    expect(outcome).toMatchObject({ state: "SUCCESS", tasks: [{ name: "look" }] });
    expect(JSON.stringify(execution.events)).toContain("Look geese up, briefly");
    const used = execution.events.find(({ type }) => type === "tool_usage_finished");
    expect(used?.data).toMatchObject({ tool_name: "look_up", output: expect.stringContaining("water bird") as string });
    expect(eventProblems(execution.events)).toEqual([]);
  });
});
