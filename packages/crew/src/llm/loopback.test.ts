import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { defineCrew } from "../crew/define-crew.ts";
import { eventProblems, testContext } from "../testing/index.ts";
import { defineTool } from "../tools/tool.ts";

/** A server with OpenAI's chat completions, on loopback: called the same way as a real provider. */
type Reply = (response: ServerResponse) => void;
let replies: Reply[] = [];
let asked: Record<string, unknown>[] = [];
const server = createServer((request: IncomingMessage, response: ServerResponse) => {
  let body = "";
  request.on("data", (chunk: Buffer) => (body += chunk.toString()));
  request.on("end", () => {
    asked.push(JSON.parse(body) as Record<string, unknown>);
    const reply = replies.shift();
    if (reply === undefined) response.writeHead(500).end("no reply left");
    else reply(response);
  });
});
let baseUrl = "";
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  baseUrl = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}/v1`;
});
afterAll(() => void server.close());

const frame = (choice: object, extra: object = {}): string =>
  `data: ${JSON.stringify({ id: "chatcmpl-1", created: 1, model: "m", object: "chat.completion.chunk", choices: [choice], ...extra })}\n\n`;
const delta = (fields: object, finish: string | null = null): string =>
  frame({ index: 0, delta: fields, finish_reason: finish });
const usage = `data: ${JSON.stringify({ id: "chatcmpl-1", created: 1, model: "m", object: "chat.completion.chunk", choices: [], usage: { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120, prompt_tokens_details: { cached_tokens: 7 } } })}\n\ndata: [DONE]\n\n`;

const stream =
  (...frames: string[]): Reply =>
  (response) =>
    response.writeHead(200, { "content-type": "text/event-stream" }).end(frames.join("") + usage);

test("a crew on an OpenAI-compatible server: tools, a 429, a stream cut in the middle, chunks and exact usage", async () => {
  replies = [
    stream(
      delta({
        role: "assistant",
        tool_calls: [{ index: 0, id: "call_1", type: "function", function: { name: "add", arguments: '{"a":' } }],
      }),
      delta({ tool_calls: [{ index: 0, function: { arguments: ' 2, "b": 3}' } }] }),
      delta({}, "tool_calls"),
    ),
    (response) =>
      response.writeHead(429, { "retry-after-ms": "1" }).end(JSON.stringify({ error: { message: "slow down" } })),
    (response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(delta({ role: "assistant", content: "The an" }), () => response.destroy());
    },
    stream(delta({ role: "assistant", content: "The sum " }), delta({ content: "is 5." }), delta({}, "stop")),
  ];
  asked = [];
  const add = defineTool({
    name: "add",
    description: "Adds",
    input: z.object({ a: z.number(), b: z.number() }),
    run: ({ a, b }) => a + b,
  });
  const crew = defineCrew({
    agents: {
      a: {
        role: "A",
        goal: "g",
        backstory: "b",
        tools: [add],
        model: { model: "openai/m", baseUrl, apiKey: "key", retryDelayMs: 1 },
      },
    },
    tasks: [{ name: "sum", description: "Add 2 and 3", expectedOutput: "e", agent: "a" }],
  });
  const context = testContext();
  const outcome = await crew.run(context);
  expect(outcome).toMatchObject({
    state: "SUCCESS",
    result: "The sum is 5.",
    usage: { total_tokens: 240, prompt_tokens: 200, cached_prompt_tokens: 14, successful_requests: 2 },
  });
  expect(eventProblems(context.sink.events)).toEqual([]);
  expect(asked[3]).toMatchObject({
    model: "m",
    stream: true,
    messages: [
      { role: "system" },
      { role: "user" },
      { role: "assistant", tool_calls: [{ id: "call_1" }] },
      { role: "tool", content: "5" },
    ],
  });
  const calls = context.sink.events.filter((event) => /^llm_call_(completed|failed)$/.test(event.type));
  expect(calls.map(({ type, data }) => [type, data["call_type"] ?? data["error"]])).toEqual([
    ["llm_call_completed", "tool_call"],
    ["llm_call_failed", expect.stringContaining("HTTP 429")],
    ["llm_call_failed", expect.any(String)],
    ["llm_call_completed", "llm_call"],
  ]);
  expect(calls[0]?.data).toMatchObject({
    finish_reason: "tool_calls",
    response_id: "chatcmpl-1",
    usage: { total_tokens: 120 },
  });
  const chunks = context.sink.events
    .filter((event) => event.type === "llm_stream_chunk")
    .map((event) => event.data["chunk"]);
  expect(chunks).toEqual(expect.arrayContaining(["The an", "The sum ", "is 5."]));
});

test("a rejected key fails the run immediately and is not shown", async () => {
  replies = [(response) => response.writeHead(401).end(JSON.stringify({ error: { message: "bad key" } }))];
  asked = [];
  const crew = defineCrew({
    agents: { a: { role: "A", goal: "g", backstory: "b" } },
    tasks: [{ description: "d", expectedOutput: "e", agent: "a" }],
  });
  const context = testContext({
    defaultModel: "openai/m",
    env: { OPENAI_API_BASE: baseUrl, OPENAI_API_KEY: "sk-secret" },
  });
  expect(await crew.run(context)).toMatchObject({
    state: "FAILED",
    error: "bad key (HTTP 401)",
    errorType: "AI_APICallError",
  });
  expect(asked).toHaveLength(1);
  expect(JSON.stringify(context.sink.events)).not.toContain("sk-secret");
});
