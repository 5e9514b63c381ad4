import { expect, test } from "vitest";
import type { AgentDefinition } from "../agent/agent.ts";
import { defineCrew } from "../crew/define-crew.ts";
import { scriptedModel, testContext } from "../testing/index.ts";

async function asked(agent: Partial<AgentDefinition>) {
  const model = scriptedModel(["Done."]);
  const crew = defineCrew({
    agents: { a: { role: "Poet", goal: "g", backstory: "b", model, ...agent } },
    tasks: [{ name: "t", description: "Rhyme", expectedOutput: "e", agent: "a" }],
  });
  await crew.run(testContext());
  const [call] = model.calls;
  return {
    call,
    texts: call?.prompt.map(({ content }) =>
      typeof content === "string" ? content : content.map((part) => (part.type === "text" ? part.text : "")).join(""),
    ),
  };
}

const systemTemplate = "<|system|>{role}: {{ .System }}<|end|>";
const promptTemplate = "<|user|>{{ .Prompt }}<|end|>";

test("templates put both texts into one message, and the end of the response template is a stop sequence", async () => {
  const { call, texts } = await asked({
    systemTemplate,
    promptTemplate,
    responseTemplate: "<|assistant|>{{ .Response }}<|end|>",
  });
  expect(texts).toHaveLength(1);
  expect(texts?.[0]).toMatch(
    /^<\|system\|>Poet: You are Poet\.[\s\S]*<\|end\|>\n<\|user\|>Task: Rhyme[\s\S]*<\|end\|>\n<\|assistant\|>$/,
  );
  expect(call?.stopSequences).toEqual(["<|end|>"]);
});

test("with one of the two templates there is one message without templates, as in CrewAI", async () => {
  const { call, texts } = await asked({ systemTemplate });
  expect(texts).toEqual([expect.stringMatching(/^You are Poet\.[\s\S]*Task: Rhyme/)]);
  expect(call?.stopSequences).toBeUndefined();
});

test("the date has the agent's format", async () => {
  const { texts } = await asked({ injectDate: true, dateFormat: "%A, %-d %B %Y" });
  expect(texts?.[1]).toMatch(/Current date: [A-Z][a-z]+day, [1-9]\d? [A-Z][a-z]+ \d{4}$/);
});
