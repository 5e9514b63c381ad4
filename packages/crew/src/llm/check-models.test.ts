import { expect, test } from "vitest";
import { defineCrew } from "../crew/define-crew.ts";
import { defineFlow } from "../flow/define-flow.ts";
import { scriptedModel } from "../testing/index.ts";
import { modelProblems } from "./check-models.ts";
import type { ModelRef } from "./model.ts";

function crewOf(model?: ModelRef) {
  const agent = { role: "r", goal: "g", backstory: "b", ...(model === undefined ? {} : { model }) };
  return defineCrew({ agents: { a: agent }, tasks: [{ description: "d", expectedOutput: "e", agent: "a" }] });
}
const offline = { defaultModel: "offline/demo", env: {} };

test.each([
  ["a provider that is not known", crewOf("opnai/gpt"), offline, [/no model provider "opnai"/]],
  [
    "a key that is missing",
    crewOf("openai/gpt-5"),
    offline,
    [/openai\/gpt-5 needs OPENAI_API_KEY.*MODEL_OVERRIDE=offline\/demo/s],
  ],
  ["a key that is there", crewOf("openai/gpt-5"), { ...offline, env: { OPENAI_API_KEY: "k" } }, []],
  ["the default of an agent that names none", crewOf(), { ...offline, defaultModel: "opnai/gpt" }, [/opnai/]],
  ["a default that nobody uses", crewOf("offline/demo"), { ...offline, defaultModel: "opnai/gpt" }, []],
  ["an override", crewOf("opnai/gpt"), { ...offline, modelOverride: "offline/demo" }, []],
  ["a model given as an object", crewOf(scriptedModel([])), offline, []],
  [
    "a flow, whose agents are in its code",
    defineFlow({}, (f) => f.start("a", () => 1)),
    { ...offline, defaultModel: "x" },
    [/names no provider/],
  ],
])("%s", async (_, automation, worker, expected) => {
  const problems = await modelProblems(automation, worker);
  expect(problems).toEqual(expected.map((pattern) => expect.stringMatching(pattern) as string));
});
