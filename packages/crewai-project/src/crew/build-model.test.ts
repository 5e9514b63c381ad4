import type { Crew } from "@crewstream/crew";
import { expect, test } from "vitest";
import { readProject } from "../load-project.ts";
import { soundCrew, testProject } from "../testing/test-project.ts";

async function read(llm: object) {
  const writer = { ...soundCrew["agents/writer.json"], llm: { model: "openai/m", ...llm } };
  await using project = await testProject({ ...soundCrew, "agents/writer.json": writer });
  const { automation, findings } = await readProject(project.dir);
  const model = (automation as Crew | undefined)?.definition.agents["writer"]?.model;
  return { model, findings: findings.map(({ path, message, hint }) => [path.split(" ").at(-1), message, hint]) };
}

test("provider-specific settings are sent: additional_params, extra_body, headers and keys that are not in the table", async () => {
  const { model, findings } = await read({
    additional_params: { thinking: { type: "enabled" }, extra_body: { min_p: 0.1 }, extra_headers: { "x-a": "1" } },
    extra_body: { provider_order: ["a"] },
    logit_bias: { 50256: -100 },
    default_headers: { "x-b": "2" },
    organization: "org",
    context_window_size: 8192,
    max_retries: 4,
    top_k: 40,
    drop_params: true,
  });
  expect(findings).toEqual([]);
  expect(model).toEqual({
    model: "openai/m",
    fields: {
      thinking: { type: "enabled" },
      min_p: 0.1,
      provider_order: ["a"],
      logit_bias: { 50256: -100 },
    },
    headers: { "x-a": "1", "x-b": "2", "OpenAI-Organization": "org" },
    contextWindow: 8192,
    maxAttempts: 5,
    topK: 40,
  });
});

test("settings that cannot be sent cause a warning with their location, and so do likely typing errors", async () => {
  const { model, findings } = await read({
    additional_params: { stream: true, user: "u" },
    temprature: 0.5,
    vertex_credentials: "v",
    callbacks: ["x"],
  });
  expect(findings).toEqual([
    ["llm.additional_params.stream", '"stream" is not sent: the run itself writes it', undefined],
    ["llm.temprature", '"temprature" is sent to the provider unchanged', 'did you mean "temperature"?'],
    ["llm.vertex_credentials", '"vertex_credentials" is not sent: it looks like a secret', undefined],
    ["llm.callbacks", '"callbacks" is not sent to the provider here', "subscribe to the events"],
  ]);
  expect(model).toEqual({ model: "openai/m", fields: { user: "u", temprature: 0.5 } });
});
