import { createServer } from "node:http";
import { newExecutionId } from "@crewstream/contracts";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { defineCrew } from "../crew/define-crew.ts";
import { eventProblems, scriptedModel, testContext, type ScriptedAnswer } from "../testing/index.ts";
import { mortalStore } from "../testing/mortal-store.ts";
import type { McpServer } from "./mcp-server.ts";

/** What a server answers: plain JavaScript, so that the same runs in a child process. */
const behaviour = `(request) => {
  const { method, params } = request;
  if (method === "initialize") return { protocolVersion: params.protocolVersion, capabilities: { tools: {} }, serverInfo: { name: "t", version: "1" } };
  if (method === "tools/list") return { tools: [
    { name: "add.up", description: "Adds", inputSchema: { type: "object", properties: { a: { type: "number" }, b: { type: "number" } }, required: ["a", "b"] } },
    { name: "fail", description: "Fails", inputSchema: { type: "object" } },
    { name: "hidden", description: "Hidden", inputSchema: { type: "object" } },
  ] };
  if (method === "tools/call" && params.name === "add.up") return { content: [{ type: "text", text: String(params.arguments.a + params.arguments.b) }] };
  if (method === "tools/call") return { isError: true, content: [{ type: "text", text: "it failed" }] };
}`;
// oxlint-disable-next-line no-eval -- one text for both transports
const answer = (0, eval)(behaviour) as (request: object) => object | undefined;
const notFound = { code: -32601, message: "Method not found" };

const methods: string[] = [];
const server = createServer((request, response) => {
  let body = "";
  request.on("data", (chunk: Buffer) => (body += chunk.toString()));
  request.on("end", () => {
    const message = (request.method === "POST" ? JSON.parse(body) : {}) as { id?: number; method?: string };
    if (message.method !== undefined) methods.push(message.method);
    if (message.id === undefined) {
      response.writeHead(message.method === undefined ? 405 : 202).end();
      return;
    }
    const result = answer(message);
    const outcome = result === undefined ? { error: notFound } : { result };
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ jsonrpc: "2.0", id: message.id, ...outcome }));
  });
});
let url = "";
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}/mcp`;
});
afterAll(() => void server.close());
beforeEach(() => void methods.splice(0));

const stdio: McpServer = {
  name: "Local",
  command: process.execPath,
  args: [
    "-e",
    `const answer = ${behaviour};
     let rest = "";
     process.stdin.on("data", (chunk) => {
       const lines = (rest + chunk).split("\\n");
       rest = lines.pop();
       for (const line of lines) {
         const { id, ...message } = JSON.parse(line);
         if (id === undefined) continue;
         const result = answer(message);
         const outcome = result === undefined ? { error: ${JSON.stringify(notFound)} } : { result };
         process.stdout.write(JSON.stringify({ jsonrpc: "2.0", id, ...outcome }) + "\\n");
       }
     });`,
  ],
};

function crewOn(mcp: McpServer, tools: { name: string; args: object }[]) {
  const model = scriptedModel(({ prompt }): ScriptedAnswer => (prompt.length === 2 ? { tools } : "Done."));
  const crew = defineCrew({
    agents: { a: { role: "A", goal: "g", backstory: "b", model, mcps: [mcp] } },
    tasks: [{ name: "t", description: "d", expectedOutput: "e", agent: "a" }],
  });
  return { crew, model };
}

describe.each(["http", "stdio"])("a server by %s", (transport) => {
  test("gives its tools, filtered and named for it; calls and failures nest under the tool's events", async () => {
    const mcp: McpServer = { ...(transport === "http" ? { name: "Local", url } : stdio), blockedTools: ["hidden"] };
    const { crew, model } = crewOn(mcp, [
      { name: "local_add_up", args: { a: 2, b: 3 } },
      { name: "local_fail", args: {} },
    ]);
    const context = testContext({ guardedFetch: fetch });
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
});

test("a resumed run does not list or call again, and connects only for what is left", async () => {
  const executionId = newExecutionId();
  const calls = [{ name: "local_add_up", args: { a: 1, b: 1 } }];
  const store = mortalStore({ executionId, guardedFetch: fetch });
  // Writes: the list, the model's answer, the tool's result.
  await expect(crewOn({ name: "Local", url }, calls).crew.run(store.process({ after: 2 }).context)).rejects.toThrow(
    "killed",
  );
  expect(methods.filter((method) => method.startsWith("tools/"))).toEqual(["tools/list", "tools/call"]);
  methods.splice(0);
  const { context, flush } = store.process();
  expect(await crewOn({ name: "Local", url }, calls).crew.run(context)).toMatchObject({ state: "SUCCESS" });
  flush();
  expect(methods).toEqual([]);
  expect(eventProblems(store.events)).toEqual([]);
});

test("a server that cannot be reached fails the task by name; without the host's guard none is reached", async () => {
  const gone = testContext({ guardedFetch: () => Promise.reject(new Error("refused")) });
  const { crew } = crewOn(
    { url: "https://mcp.example.com/mcp?key=secret", headers: { authorization: "Bearer secret" } },
    [],
  );
  const outcome = await crew.run(gone);
  expect(outcome).toMatchObject({
    state: "FAILED",
    error: expect.stringContaining("mcp.example.com could not be connected"),
  });
  expect(gone.sink.types()).toContain("mcp_connection_failed");
  expect(eventProblems(gone.sink.events)).toEqual([]);
  expect(JSON.stringify(gone.sink.events)).not.toContain("secret");
  expect(await crew.run(testContext())).toMatchObject({ error: expect.stringContaining("may not use the network") });
});
