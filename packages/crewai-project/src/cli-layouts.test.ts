import { chatCompletions, providerServer, testContext } from "@crewstream/crew/testing";
import { expect, test } from "vitest";
import { checkProject, loadProject } from "./load-project.ts";
import { testProject } from "./testing/test-project.ts";

/** The folders and files that `crewai create` 1.15.30 generates, with our own texts in them. */
const pyproject = (settings: string): string => `[project]\nname = "made"\n\n[tool.crewai]\n${settings}\n`;

const declared = {
  "pyproject.toml": pyproject('type = "flow"\ndefinition = "src/made/flow.yaml"'),
  ".env": "OPENAI_API_KEY=YOUR_API_KEY",
  "src/made/__init__.py": "",
  "src/made/flow.yaml": `schema: crewai.flow/v1
name: Made
state:
  type: dict
  default:
    topic: geese
methods:
  start:
    start: true
    do:
      call: agent
      with: {role: Writer, goal: Write, backstory: Terse, input: "About \${state.topic}"}
`,
};

test("a declarative flow runs with the worker's key if its own is not filled in", async () => {
  await using provider = await providerServer();
  provider.script(chatCompletions, { text: "Honk." });
  await using project = await testProject(declared);
  expect(await checkProject(project.dir)).toEqual([]);
  const env = { OPENAI_API_KEY: "of-worker", OPENAI_BASE_URL: `${provider.origin}/v1` };
  const context = testContext({ env, guardedFetch: fetch, defaultModel: "openai/of-server" });
  expect(await (await loadProject(project.dir)).run(context)).toMatchObject({
    state: "SUCCESS",
    result: { raw: "Honk." },
  });
  expect(provider.asked[0]?.headers["authorization"]).toBe("Bearer of-worker");
});

test("a project with OpenAI's key and no model gets CrewAI's default, not the offline model", async () => {
  await using provider = await providerServer();
  provider.script(chatCompletions, { text: "Honk." });
  await using project = await testProject({ ...declared, ".env": "OPENAI_API_KEY=sk-1" });
  const context = testContext({ env: { OPENAI_BASE_URL: `${provider.origin}/v1` }, guardedFetch: fetch });
  expect(await (await loadProject(project.dir)).run(context)).toMatchObject({ state: "SUCCESS" });
  expect(provider.asked[0]?.body["model"]).toBe("gpt-4.1-mini");
});
