import { type Automation, type Crew, defineCrew } from "@crewstream/crew";
import { eventProblems, type ScriptedAnswer, scriptedModel, testContext } from "@crewstream/crew/testing";
import { expect, test } from "vitest";
import { told } from "./fixtures/full_crew/hooks.ts";
import { checkProject, loadProject, readProject } from "./load-project.ts";
import { testProject } from "./testing/test-project.ts";

const fixture = (name: string): string => new URL(`./fixtures/${name}`, import.meta.url).pathname;

async function run(automation: Automation, inputs: Record<string, unknown> = {}) {
  const context = testContext({ inputs });
  const outcome = await automation.run(context);
  expect(eventProblems(context.sink.events)).toEqual([]);
  return { outcome, events: context.sink.events };
}

/** The loaded crew with a scripted model instead of the agents' own. */
function scripted(automation: Automation, answers: readonly ScriptedAnswer[]) {
  const { definition } = automation as Crew;
  const model = scriptedModel(answers);
  const agents = Object.entries(definition.agents).map(([name, agent]) => [name, { ...agent, model }] as const);
  return { crew: defineCrew({ ...definition, agents: Object.fromEntries(agents) }), model };
}

test("a crew whose Python is TypeScript and CEL: callbacks, guardrails, a condition, a schema, tools", async () => {
  expect(await checkProject(fixture("full_crew"))).toEqual([]);
  const { crew, model } = scripted(await loadProject(fixture("full_crew")), [
    { tools: [{ name: "lookup", args: { word: "goose" } }] },
    "no",
    "ALL LOUD",
    " Geese are fine. ",
    '{"score": 7}',
  ]);
  told.length = 0;
  const { outcome, events } = await run(crew);
  expect(outcome).toMatchObject({ state: "SUCCESS", result: '{"score": 7}!', resultJson: { score: 7 } });
  expect(JSON.stringify(model.calls[0]?.prompt)).toContain("Write about geese in 2026");
  expect(model.calls[0]?.tools?.map(({ name }) => name)).toEqual(["lookup", "clock"]);
  const guarded = events.filter(({ type }) => type === "llm_guardrail_completed");
  expect(guarded.map(({ data }) => data["success"])).toEqual([false, true, false, true]);
  const done = events.filter(({ type }) => type === "task_completed").map(({ data }) => data["task_name"]);
  expect(done).toEqual(["write", "score"]);
  expect(told.filter((line) => line.startsWith("task"))).toEqual(["task write", "task score"]);
  expect(told).toContain("object");
});

test("a flow with every kind of action", async () => {
  expect(await checkProject(fixture("full_flow"))).toEqual([]);
  const { outcome, events } = await run(await loadProject(fixture("full_flow")));
  expect(outcome).toMatchObject({
    state: "SUCCESS",
    result: {
      rows: ["a: row 1 = 10", 20, "a: row 3 = 30"],
      tool: "A: ROW 1 = 10",
      bare: { factor: 10, seen: ["rows", "tool"], input: "A: ROW 1 = 10" },
      crew: [expect.stringMatching(/^Use ./) as string, "Again 10"],
    },
  });
  const asked = events.find(({ type }) => type === "lite_agent_execution_started");
  expect(JSON.stringify(asked?.data)).toContain("Say A: ROW 1 = 10 {not_an_input}");
  expect(events.filter(({ type }) => type === "crew_kickoff_completed")).toHaveLength(1);
});

test("missing inputs of a flow's crew are reported", async () => {
  const step = (inputs: object) => ({
    go: {
      start: true,
      do: {
        call: "crew",
        inputs,
        with: {
          agents: { a: { role: "A of {team}", goal: "g", backstory: "b" } },
          tasks: [{ description: "Do {what}", expected_output: "x", agent: "a" }],
        },
      },
    },
  });
  const flow = (inputs: object) => ({ "flow.json": { schema: "crewai.flow/v1", name: "f", methods: step(inputs) } });
  await using lacking = await testProject(flow({ what: "it" }));
  expect(await checkProject(lacking.dir)).toMatchObject([{ message: expect.stringContaining('"team"') as string }]);
  await using complete = await testProject(flow({ what: "it", team: "us" }));
  expect(await checkProject(complete.dir)).toEqual([]);
});

test("MCP servers: by address, with one tool, as a program; those of CrewAI's platform cause a warning", async () => {
  const agent = (mcps: unknown[]) => ({
    "agents/a.json": { role: "A", goal: "g", backstory: "b", mcps },
    "crew.json": { agents: ["a"], tasks: [{ description: "d", expected_output: "e", agent: "a" }] },
  });
  await using project = await testProject(
    agent([
      "https://example.com/mcp#search",
      { url: "https://example.com/sse", streamable: false, headers: { a: "b" } },
      { command: "serve", args: ["-x"], tool_filter: { type: "static", blocked_tool_names: ["rm"] } },
    ]),
  );
  const { automation, findings } = await readProject(project.dir);
  expect(findings).toEqual([]);
  expect((automation as Crew).definition.agents["a"]?.mcps).toEqual([
    { url: "https://example.com/mcp", allowedTools: ["search"] },
    { url: "https://example.com/sse", transport: "sse", headers: { a: "b" } },
    { command: "serve", args: ["-x"], blockedTools: ["rm"] },
  ]);
  await using hosted = await testProject(agent(["notion#search", { args: ["x"] }]));
  expect((await checkProject(hosted.dir)).map(({ message }) => message)).toEqual([
    expect.stringContaining("of CrewAI's platform"),
    expect.stringContaining('either "command" or "url"'),
  ]);
});

test("a folder's crew has its own agents, tools and TypeScript, and can use the project's", async () => {
  const tool = (name: string): string =>
    `export default { name: "${name}", description: "d", inputSchema: { type: 'object' }, parse: (a) => a, run: () => 1 };`;
  await using project = await testProject({
    "pyproject.toml":
      '[project]\ndescription = "What it is"\n[tool.crewai]\ntype = "flow"\ndefinition = "src/f/flow.yaml"\n',
    "src/f/flow.yaml": `
schema: crewai.flow/v1
name: nested
methods:
  go: {start: true, do: {call: crew, from_declaration: crews/inner}}
  then: {listen: go, do: {call: code, ref: {ts: ./steps.js#near}}}
  last: {listen: then, do: {call: code, ref: {ts: ./far.js}}}
`,
    "src/f/steps.js": "export const near = () => 'near';",
    "far.js": "export default (_, { input }) => [input, 'far'];",
    "src/f/crews/inner/crew.json": {
      agents: ["a"],
      tasks: [{ description: "d", expected_output: "e", agent: "a", tools: ["custom:inner", "custom:outer"] }],
    },
    "src/f/crews/inner/agents/a.json": { role: "A", goal: "g", backstory: "b" },
    "src/f/crews/inner/tools/inner.js": tool("inner"),
    "tools/outer.js": tool("outer"),
  });
  const { automation, findings } = await readProject(project.dir);
  expect(findings).toEqual([]);
  expect(automation?.description).toBe("What it is");
  const { outcome, events } = await run(automation as Automation);
  expect(outcome).toMatchObject({ state: "SUCCESS", result: ["near", "far"] });
  const used = events.filter(({ type }) => type === "tool_usage_finished").map(({ data }) => data["tool_name"]);
  expect(used).toEqual(["inner", "outer"]);
});

test("CrewAI's tools accept its argument names in a flow, and two classes of the same tool count as one", async () => {
  await using files = await testProject({});
  const call = (ref: string, args: object) => ({ call: "tool", ref, with: args });
  await using project = await testProject({
    "flow.json": {
      schema: "crewai.flow/v1",
      name: "f",
      methods: {
        write: {
          start: true,
          do: call("crewai_tools:FileWriterTool", { filename: "a.md", directory: "notes", content: "one goose" }),
        },
        read: { listen: "write", do: call("FileReadTool", { file_path: "notes/a.md" }) },
        find: { listen: "read", do: call("txt_search", { search_query: "goose", txt: "notes" }) },
        end: { listen: "find", do: { call: "expression", expr: "[outputs.read, outputs.find]" } },
      },
    },
  });
  const context = testContext({ directory: files.dir });
  const outcome = await (await loadProject(project.dir)).run(context);
  expect(outcome).toMatchObject({ state: "SUCCESS", result: ["one goose", "[notes/a.md]\none goose"] });
  await using crew = await testProject({
    "agents/a.json": { role: "A", goal: "g", backstory: "b", tools: ["ExaSearchTool", "EXASearchTool"] },
    "crew.json": { agents: ["a"], tasks: [{ description: "d", expected_output: "e", agent: "a" }] },
  });
  const { automation, findings } = await readProject(crew.dir);
  expect(findings).toEqual([]);
  expect((automation as Crew).definition.agents["a"]?.tools?.map(({ name }) => name)).toEqual(["exa_search"]);
});
