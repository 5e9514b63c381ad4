import { fileURLToPath } from "node:url";
import { newExecutionId } from "@crewstream/contracts";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { defineCrew } from "../crew/define-crew.ts";
import {
  eventProblems,
  scriptedModel,
  testContext,
  type ScriptedAnswer,
  type ScriptedModel,
} from "../testing/index.ts";
import { mcpServer, type McpTestServer } from "../testing/mcp-server.ts";
import { crashingStore } from "../testing/crashing-store.ts";
import type { McpServer } from "./mcp-server.ts";

let server: McpTestServer;
beforeAll(async () => void (server = await mcpServer()));
afterAll(async () => server?.[Symbol.asyncDispose]());
beforeEach(() => void server.methods.splice(0));

const program = fileURLToPath(new URL("../testing/mcp-stdio.ts", import.meta.url));

/** The same server over each transport. */
const ways: Record<string, () => McpServer> = {
  "streamable HTTP": () => ({ name: "Local", url: `${server.origin}/mcp` }),
  "streamable HTTP that answers in streams": () => ({ name: "Local", url: `${server.origin}/mcp-events` }),
  "server-sent events": () => ({ name: "Local", url: `${server.origin}/sse`, transport: "sse" }),
  "server-sent events, found out": () => ({ name: "Local", url: `${server.origin}/sse` }),
  "a program": () => ({ name: "Local", command: process.execPath, args: [program] }),
};

interface Call {
  name: string;
  args: object;
}

const crewWith = (mcp: McpServer, model: ScriptedModel) =>
  defineCrew({
    agents: { a: { role: "A", goal: "g", backstory: "b", model, mcps: [mcp], maxRetryLimit: 0 } },
    tasks: [{ name: "t", description: "d", expectedOutput: "e", agent: "a" }],
  });

/** A crew whose agent calls these tools at once, and is then done. */
function crewOn(mcp: McpServer, tools: Call[]) {
  const model = scriptedModel(({ prompt }): ScriptedAnswer => (prompt.length === 2 ? { tools } : "Done."));
  return { crew: crewWith(mcp, model), model };
}

const onNetwork = () => testContext({ guardedFetch: fetch });

describe.each(Object.entries(ways))("a server by %s", (_, way) => {
  test("provides its tools, filtered and prefixed; calls and failures are nested under the tool's events", async () => {
    const { crew, model } = crewOn({ ...way(), blockedTools: ["hidden"] }, [
      { name: "local_add_up", args: { a: 2, b: 3 } },
      { name: "local_fail", args: {} },
    ]);
    const context = onNetwork();
    expect(await crew.run(context)).toMatchObject({ state: "SUCCESS" });
    expect(eventProblems(context.sink.events)).toEqual([]);
    expect(model.calls[0]?.tools?.map(({ name }) => name)).toEqual(["local_add_up", "local_fail"]);
    const told = JSON.stringify(model.calls[1]?.prompt.at(-1));
    expect(told).toContain('"value":"5"');
    expect(told).toContain("it failed");
    const types = context.sink.types().filter((type) => type.startsWith("mcp_"));
    expect(types.slice(0, 2)).toEqual(["mcp_connection_started", "mcp_connection_completed"]);
    expect(types.slice(2).sort()).toEqual([
      "mcp_tool_execution_completed",
      "mcp_tool_execution_failed",
      "mcp_tool_execution_started",
      "mcp_tool_execution_started",
    ]);
    const failure = context.sink.events.find(({ type }) => type === "tool_failure_detected")?.data["failure"];
    expect(failure).toMatchObject({ reason: "mcp_error", message: "it failed" });
  });

  test("offers only the tools that its filter allows", async () => {
    const { crew, model } = crewOn({ ...way(), allowedTools: ["fail", "hidden"], blockedTools: ["hidden"] }, []);
    await crew.run(onNetwork());
    expect(model.calls[0]?.tools?.map(({ name }) => name)).toEqual(["local_fail"]);
  });
});

const twice = (between = (): void => undefined) =>
  scriptedModel(({ prompt }): ScriptedAnswer => {
    if (prompt.length === 4) between();
    return prompt.length < 6 ? { tools: [{ name: "local_add_up", args: { a: 2, b: 3 } }] } : "Done.";
  });

test.each(Object.entries(ways).filter(([name]) => name !== "a program"))(
  "a server by %s that was restarted between two calls is reconnected, and gets each call once",
  async (_, way) => {
    const context = onNetwork();
    const outcome = await crewWith(
      way(),
      twice(() => server.restart()),
    ).run(context);
    expect(outcome).toMatchObject({ state: "SUCCESS" });
    expect(eventProblems(context.sink.events)).toEqual([]);
    const made = context.sink.events.filter(({ type }) => type === "mcp_connection_completed");
    expect(made.map(({ data }) => data["is_reconnect"])).toEqual([false, true]);
    const done = context.sink.events.filter(({ type }) => type === "mcp_tool_execution_completed");
    expect(done.map(({ data }) => data["result"])).toEqual(["5", "5"]);
    expect(server.methods.filter((method) => method === "tools/call")).toHaveLength(2);
  },
);

test("a program that crashes during a call is not called again automatically, and restarted for the next call", async () => {
  const context = onNetwork();
  const mcp: McpServer = { name: "Local", command: process.execPath, args: [program, "crashing"] };
  const model = twice();
  expect(await crewWith(mcp, model).run(context)).toMatchObject({ state: "SUCCESS" });
  expect(eventProblems(context.sink.events)).toEqual([]);
  const made = context.sink.events.filter(({ type }) => type === "mcp_connection_completed");
  expect(made.map(({ data }) => data["is_reconnect"])).toEqual([false, true]);
  const failed = context.sink.events.filter(({ type }) => type === "mcp_tool_execution_failed");
  const ended = `${process.execPath} ${program} crashing ended with SIGKILL`;
  expect(failed.map(({ data }) => data["error"])).toEqual([ended, ended]);
  expect(JSON.stringify(model.calls[1]?.prompt.at(-1))).toContain("ended with SIGKILL");
});

test("a program's relative arguments are resolved in the project, and one that does not start reports why", async () => {
  const root = fileURLToPath(new URL("../testing/", import.meta.url));
  const env = { API_KEY: "hush-hush" };
  const found: McpServer = { name: "Local", command: process.execPath, args: ["mcp-stdio.ts"], env };
  expect(await crewWith(found, twice()).run({ ...onNetwork(), root })).toMatchObject({ state: "SUCCESS" });

  const text = "console.error('the key is', process.env.API_KEY); process.exit(7)";
  for (const [args, message] of [
    [["nothere.mjs"], /nothere\.mjs ended with code 1:[\s\S]*Cannot find module/],
    [["-e", text], /ended with code 7:\nthe key is \[secret\]$/],
  ] as const) {
    const dead: McpServer = { name: "Local", command: process.execPath, args, env };
    const outcome = await crewOn(dead, []).crew.run({ ...onNetwork(), root });
    expect(outcome).toMatchObject({ state: "FAILED", error: expect.stringMatching(message) as string });
  }
});

test("a resumed run does not repeat lists or calls, and connects only for remaining calls", async () => {
  const executionId = newExecutionId();
  const calls = [{ name: "local_add_up", args: { a: 1, b: 1 } }];
  const store = crashingStore({ executionId, guardedFetch: fetch });
  const mcp: McpServer = { name: "Local", url: `${server.origin}/mcp` };
  // Writes: the list, the model's answer, the tool's result.
  await expect(crewOn(mcp, calls).crew.run(store.process({ after: 2 }).context)).rejects.toThrow("killed");
  const asked = server.methods.filter((method) => method.startsWith("tools/"));
  expect(asked).toEqual(["tools/list", "tools/list", "tools/call"]);
  server.methods.splice(0);
  const { context, flush } = store.process();
  expect(await crewOn(mcp, calls).crew.run(context)).toMatchObject({ state: "SUCCESS" });
  flush();
  expect(server.methods).toEqual([]);
  expect(eventProblems(store.events)).toEqual([]);
});

test("its headers are sent with every request", async () => {
  for (const way of ["/mcp", "/sse"]) {
    server.headers.splice(0);
    const transport = way === "/sse" ? ({ transport: "sse" } as const) : {};
    const mcp = { url: `${server.origin}${way}`, headers: { authorization: "Bearer secret" }, ...transport };
    await crewOn(mcp, []).crew.run(onNetwork());
    expect(server.headers.length).toBeGreaterThan(2);
    for (const headers of server.headers) expect(headers).toMatchObject({ authorization: "Bearer secret" });
  }
});

describe("a server that cannot be used fails the task and is named", () => {
  const notConnected = "could not be connected";
  const notFound = { error_type: "http_error", status_code: 404 };
  const timeout = { error_type: "timeout", status_code: null };
  test.each<[string, () => McpServer, string, object?]>([
    ["one that is not there", () => ({ url: `${server.origin}/nothing` }), notConnected, notFound],
    [
      "one that is not there, by events",
      () => ({ url: `${server.origin}/nothing`, transport: "sse" }),
      notConnected,
      { error_type: "http_error", status_code: 405 },
    ],
    ["a program that is not there", () => ({ command: "no-such-program" }), `no-such-program ${notConnected}`],
    [
      "one that says nothing",
      () => ({ url: `${server.origin}/silent`, transport: "sse", connectTimeout: 0.05 }),
      `127.0.0.1 ${notConnected}: MCP client initialization timed out after 50ms`,
      timeout,
    ],
    ["one that sends us elsewhere", () => ({ url: `${server.origin}/elsewhere` }), notConnected],
  ])("%s", async (_, mcp, message, kind = { error_type: expect.any(String) as string }) => {
    const context = onNetwork();
    const outcome = await crewOn(mcp(), []).crew.run(context);
    expect(outcome).toMatchObject({ state: "FAILED", error: expect.stringContaining(message) });
    expect(context.sink.events.find(({ type }) => type === "mcp_connection_failed")?.data).toMatchObject(kind);
    expect(eventProblems(context.sink.events)).toEqual([]);
  });
});

test("addresses that the host's guard rejects are not reached, and no secret is shown; without a guard none is reached", async () => {
  const refusing = () => Promise.reject(new Error("refused"));
  for (const transport of ["http", "sse"] as const) {
    const gone = testContext({ guardedFetch: refusing });
    const { crew } = crewOn(
      { url: "https://mcp.example.com/mcp?key=secret", transport, headers: { authorization: "Bearer secret" } },
      [],
    );
    expect(await crew.run(gone)).toMatchObject({
      state: "FAILED",
      error: expect.stringContaining("mcp.example.com could not be connected: refused"),
    });
    expect(gone.sink.types()).toContain("mcp_connection_failed");
    expect(eventProblems(gone.sink.events)).toEqual([]);
    expect(JSON.stringify(gone.sink.events)).not.toContain("secret");
    expect(await crew.run(testContext())).toMatchObject({ error: expect.stringContaining("has no network access") });
  }
});

test("a connection of CrewAI's platform is reported and skipped", async () => {
  const context = testContext();
  const model = scriptedModel(["Done."]);
  const crew = defineCrew({
    agents: { a: { role: "A", goal: "g", backstory: "b", model, mcps: [{ slug: "notion" }] } },
    tasks: [{ name: "t", description: "d", expectedOutput: "e", agent: "a" }],
  });
  expect(await crew.run(context)).toMatchObject({ state: "SUCCESS" });
  expect(eventProblems(context.sink.events)).toEqual([]);
  const told = context.sink.events.find(({ type }) => type === "mcp_config_fetch_failed");
  expect(told?.data).toMatchObject({ slug: "notion", error_type: "not_connected", task_name: "t" });
});
