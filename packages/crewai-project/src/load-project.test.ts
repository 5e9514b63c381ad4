import { once } from "node:events";
import { createServer } from "node:http";
import type { Automation } from "@crewstream/crew";
import { eventProblems, crashingStore, testContext } from "@crewstream/crew/testing";
import { describe, expect, test } from "vitest";
import { checkProject, loadProject, readProject } from "./load-project.ts";
import { soundCrew, testProject } from "./testing/test-project.ts";

const examplesDir = new URL("../../../examples/", import.meta.url).pathname;

async function run(automation: Automation, inputs: Record<string, unknown> = {}, changes: object = {}) {
  const context = testContext({ inputs, ...changes });
  const outcome = await automation.run(context);
  expect(eventProblems(context.sink.events)).toEqual([]);
  return { outcome, events: context.sink.events, types: context.sink.types() };
}

describe("the examples", () => {
  test.each(["topic_brief", "reviewed_post"])("%s has no findings", async (name) => {
    expect(await checkProject(`${examplesDir}${name}`)).toEqual([]);
  });

  test("a crew.jsonc project runs: defaults, context, its own tool", async () => {
    const crew = await loadProject(`${examplesDir}topic_brief`);
    expect(crew).toMatchObject({ kind: "crew", inputs: ["audience", "topic"], required: ["topic"] });
    const { outcome, events } = await run(crew, { topic: "geese" });
    expect(outcome).toMatchObject({
      state: "SUCCESS",
      result: expect.stringContaining("geese for newcomers") as string,
    });
    const used = events.find(({ type }) => type === "tool_usage_finished");
    expect(used?.data).toMatchObject({ tool_name: "reading_time" });
  });

  test.each([
    ["approved", ["draft", "review", "publish", "package"], "published"],
    ["rejected", ["draft", "review", "put_aside"], "rejected"],
  ])("a flow.yaml project pauses for a person; %s decides", async (feedback, methods, status) => {
    const flow = await loadProject(`${examplesDir}reviewed_post`);
    const store = crashingStore({ inputs: { topic: "geese", unknown: "dropped" } });
    const first = store.process();
    const paused = await flow.run(first.context);
    first.flush();
    const [request] = paused.state === "PAUSED" ? paused.pending : [];
    expect(request).toMatchObject({ message: "Publish this post?", emit: ["approved", "rejected"], step: "review" });
    expect(request?.output).toContain("geese for developers");
    const value = { feedback, approved: null, at: "2026-01-02T00:00:00Z", source: "test", timedOut: false };
    store.rows.set(request?.path ?? "", { kind: "human", value });
    const second = store.process();
    const outcome = await flow.run(second.context);
    second.flush();
    expect(outcome).toMatchObject({
      state: "SUCCESS",
      result: { status, post: expect.stringContaining("geese") as string },
    });
    const ended = store.events.filter(({ type }) => type === "method_execution_finished");
    expect(ended.map(({ data }) => data["method_name"])).toEqual(methods);
    expect(eventProblems(store.events)).toEqual([]);
  });
});

describe("loading", () => {
  test("throws one error with all findings", async () => {
    await using project = await testProject({ ...soundCrew, "agents/writer.json": "{" });
    await expect(loadProject(project.dir)).rejects.toMatchObject({
      code: "configuration",
      message: expect.stringContaining("agents/writer.json:1:2: invalid JSON") as string,
    });
  });

  test("settings take precedence, null is absent, comments and trailing commas are read", async () => {
    await using project = await testProject({
      "agents/writer.jsonc": `{ // who
        "role": "Writer", "goal": "Write", "backstory": "Writes", "max_iter": 3, "llm": null, "tools": null,
        "settings": { "max_iter": 7, "allow_delegation": true, },
      }`,
      "crew.jsonc": `{ "agents": ["writer"], "process": null, "cache": true, "max_rpm": 9,
        "tasks": [
          { "name": "a", "description": "A", "expected_output": "A", "agent": "writer", "async_execution": true },
          { "description": "B", "expected_output": "B", "agent": "writer", "context": null, "markdown": true,
            "guardrails": ["Be kind", {"cel": "output.raw.size() > 3"}], "max_retries": 1, "output_file": "{topic}.md" },
        ],
      }`,
    });
    const { automation, findings } = await readProject(project.dir);
    expect(findings).toEqual([]);
    expect(automation).toMatchObject({
      required: ["topic"],
      definition: {
        agents: { writer: { maxIter: 7, allowDelegation: true } },
        cache: true,
        maxRpm: 9,
        tasks: [
          { name: "a", asyncExecution: true },
          {
            context: [],
            markdown: true,
            guardrailMaxRetries: 1,
            outputFile: "{topic}.md",
            guardrails: ["Be kind", { name: "output.raw.size() > 3" }],
          },
        ],
      },
    });
  });

  test(".env applies to the runs of this project only, and is never in process.env", async () => {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.headers.authorization ?? "");
      response.writeHead(400, { "content-type": "application/json" }).end('{"error":{"message":"no"}}');
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    const port = typeof address === "object" ? address?.port : 0;
    await using project = await testProject({
      ...soundCrew,
      ".env": `OPENAI_API_KEY="sk-of-project"\nMODEL=openai/some-model\nOPENAI_BASE_URL=http://127.0.0.1:${port}/v1 # here\n`,
    });
    const { outcome } = await run(await loadProject(project.dir), {}, { env: { OPENAI_API_KEY: "sk-of-worker" } });
    server.close();
    expect(outcome.state).toBe("FAILED");
    expect(new Set(asked)).toEqual(new Set(["Bearer sk-of-project"]));
    expect(process.env["MODEL"]).not.toBe("openai/some-model");
  });

  test("a tool of the project finds its keys in .env, and an API through the host's guard", async () => {
    const source = `export default { name: "look", description: "d", inputSchema: { type: "object" }, parse: (args) => args,
      run: async (_, { env, fetch }) => (await fetch("https://api.example.com", { method: "POST", headers: { key: env.LOOK_KEY } })).text() };`;
    await using project = await testProject({
      "tools/look.js": source,
      ".env": "LOOK_KEY=of-project\n",
      "flow.yaml":
        "schema: crewai.flow/v1\nname: f\nmethods:\n  go: {start: true, do: {call: tool, ref: custom:look}}\n",
    });
    const guardedFetch: typeof fetch = async (input, init) =>
      Response.json([init?.method, input, new Headers(init?.headers).get("key")]);
    const flow = await loadProject(project.dir);
    expect(await run(flow, {}, { env: { LOOK_KEY: "of-worker" }, guardedFetch })).toMatchObject({
      outcome: { state: "SUCCESS", result: JSON.stringify(["POST", "https://api.example.com", "of-project"]) },
    });
    expect(await run(flow)).toMatchObject({ outcome: { state: "FAILED", error: "This run may not fetch web pages" } });
  });

  test("pyproject.toml determines what to run, and a project without anything to run is rejected", async () => {
    await using named = await testProject({
      "pyproject.toml": '[tool.crewai]\ntype = "flow"\ndefinition = "flows/main.json"\n',
      "flows/main.json": {
        schema: "crewai.flow/v1",
        name: "named",
        methods: { go: { start: true, do: { call: "expression", expr: "1 + 1" } } },
      },
      "crew.jsonc": "{",
    });
    expect(await run(await loadProject(named.dir))).toMatchObject({ outcome: { state: "SUCCESS", result: 2 } });
    await using python = await testProject({ "pyproject.toml": '[tool.crewai]\ntype = "flow"\n' });
    expect(await checkProject(python.dir)).toMatchObject([
      { message: expect.stringContaining("no Python code") as string },
    ]);
  });

  test("a hierarchical crew with its own manager", async () => {
    const boss = { role: "Boss", goal: "Lead", backstory: "Leads" };
    const crew = { ...soundCrew["crew.json"], process: "hierarchical", manager_agent: "boss" };
    await using project = await testProject({ ...soundCrew, "agents/boss.json": boss, "crew.json": crew });
    const { automation, findings } = await readProject(project.dir);
    expect(findings).toEqual([]);
    expect(automation).toMatchObject({ definition: { process: "hierarchical", managerAgent: { role: "Boss" } } });
    await using listed = await testProject({ ...soundCrew, "crew.json": { ...crew, manager_agent: "writer" } });
    expect(await checkProject(listed.dir)).toMatchObject([
      { message: expect.stringContaining("must not be one") as string },
    ]);
  });
});
