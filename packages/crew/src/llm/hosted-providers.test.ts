import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { defineCrew } from "../crew/define-crew.ts";
import { eventProblems, testContext } from "../testing/index.ts";
import { chatCompletions } from "../testing/wire/chat-completions.ts";
import { converse } from "../testing/wire/converse.ts";
import { generateContent } from "../testing/wire/generate-content.ts";
import { messages } from "../testing/wire/messages.ts";
import { providerServer, type ProviderServer } from "../testing/wire/provider-server.ts";
import { responses } from "../testing/wire/responses.ts";
import { spent, type Wire } from "../testing/wire/wire.ts";
import { defineTool } from "../tools/tool.ts";
import type { ModelConfig } from "./model.ts";

/** Each provider at its own address, with its real key and format; the requests go to loopback. */
interface Hosted {
  wire: Wire;
  model: string;
  env: Record<string, string>;
  url: string;
  key: [header: string, value: string | RegExp];
  /** What accompanies its tool calls and must be sent back with them. */
  seal?: string;
  /** It reports the number of reasoning tokens. */
  countsReasoning?: boolean;
}

const bearer: Hosted["key"] = ["authorization", "Bearer k"];
const chat = (model: string, env: Record<string, string>, url: string): Hosted => ({
  wire: chatCompletions,
  model,
  env,
  url: `${url}/chat/completions`,
  key: bearer,
  countsReasoning: true,
});
const aws = { AWS_ACCESS_KEY_ID: "id", AWS_SECRET_ACCESS_KEY: "secret", AWS_REGION: "eu-central-1" };
const bedrock = { wire: converse, model: "bedrock/amazon.nova-lite-v1:0", seal: "sealed" };
const hosts: Record<string, Hosted> = {
  openai: {
    wire: responses,
    model: "openai/gpt-5-mini",
    env: { OPENAI_API_KEY: "k" },
    url: "https://api.openai.com/v1/responses",
    key: bearer,
    seal: "rs_1",
    countsReasoning: true,
  },
  "an OpenAI-compatible server": chat(
    "openai/m",
    { OPENAI_API_KEY: "k", OPENAI_BASE_URL: "https://llm.example.com/v1" },
    "https://llm.example.com/v1",
  ),
  anthropic: {
    wire: messages,
    model: "anthropic/claude-sonnet-4-5",
    env: { ANTHROPIC_API_KEY: "k" },
    url: "https://api.anthropic.com/v1/messages",
    key: ["x-api-key", "k"],
    seal: "sealed",
  },
  google: {
    wire: generateContent,
    model: "gemini/gemini-3-flash",
    env: { GEMINI_API_KEY: "k" },
    url: "https://generativelanguage.googleapis.com/v1beta/models/gemini-3-flash:streamGenerateContent?alt=sse",
    key: ["x-goog-api-key", "k"],
    seal: "sealed",
    countsReasoning: true,
  },
  azure: chat(
    "azure/chat",
    { AZURE_API_KEY: "k", AZURE_API_BASE: "https://x.openai.azure.com" },
    "https://x.openai.azure.com/openai/v1",
  ),
  bedrock: {
    ...bedrock,
    env: { AWS_BEARER_TOKEN_BEDROCK: "k" },
    url: "https://bedrock-runtime.us-east-1.amazonaws.com/model/amazon.nova-lite-v1%3A0/converse-stream",
    key: bearer,
  },
  "bedrock with AWS's keys": {
    ...bedrock,
    env: aws,
    url: "https://bedrock-runtime.eu-central-1.amazonaws.com/model/amazon.nova-lite-v1%3A0/converse-stream",
    key: ["authorization", /^AWS4-HMAC-SHA256 Credential=id\/.*eu-central-1\/bedrock/],
  },
  groq: chat("groq/llama-3.3", { GROQ_API_KEY: "k" }, "https://api.groq.com/openai/v1"),
  mistral: chat("mistral/mistral-small", { MISTRAL_API_KEY: "k" }, "https://api.mistral.ai/v1"),
  openrouter: chat("openrouter/meta-llama/llama-3", { OPENROUTER_API_KEY: "k" }, "https://openrouter.ai/api/v1"),
  deepseek: chat("deepseek/deepseek-chat", { DEEPSEEK_API_KEY: "k" }, "https://api.deepseek.com/v1"),
  ollama: chat("ollama/llama3.2", { OLLAMA_API_KEY: "k", OLLAMA_HOST: "box:11434" }, "http://box:11434/v1"),
};

let server: ProviderServer;
beforeAll(async () => void (server = await providerServer()));
afterAll(async () => server?.[Symbol.asyncDispose]());

const reached: string[] = [];
beforeEach(() => {
  reached.length = 0;
  const { fetch } = globalThis;
  vi.stubGlobal("fetch", (url: string | URL, init?: RequestInit) => {
    reached.push(String(url));
    return fetch(String(url).replace(/^https?:\/\/[^/]+/, server.origin), init);
  });
});
afterEach(() => void vi.unstubAllGlobals());

const add = defineTool({
  name: "add",
  description: "Adds",
  input: z.object({ a: z.number(), b: z.number() }),
  run: ({ a, b }) => a + b,
});

async function run({ env }: Pick<Hosted, "env">, model: ModelConfig) {
  const settings = { retryDelayMs: 1, ...model };
  const crew = defineCrew({
    agents: { a: { role: "A", goal: "g", backstory: "b", tools: [add], model: settings, maxRetryLimit: 0 } },
    tasks: [{ name: "sum", description: "Add 2 and 3", expectedOutput: "e", agent: "a" }],
  });
  const context = testContext({ env });
  const outcome = await crew.run(context);
  expect(eventProblems(context.sink.events)).toEqual([]);
  const of = (...types: string[]) => context.sink.events.filter(({ type }) => types.includes(type));
  return { outcome, of };
}

const call = { tool: "add", args: { a: 2, b: 3 } };
const answer = { text: "The sum is five." };

describe.each(Object.entries(hosts))("%s", (_, hosted) => {
  const { wire, model, url, key } = hosted;

  test("streams: a tool call, temporary rejections, a response cut in the middle, exact usage", async () => {
    const slow = { status: 429, message: "slow down", headers: { "retry-after-ms": "1" } };
    server.script(wire, call, slow, { status: 503, message: "no capacity" }, "overloaded", "cut", answer);
    const { outcome, of } = await run(hosted, { model, maxAttempts: 5 });
    expect(outcome).toMatchObject({
      state: "SUCCESS",
      result: answer.text,
      usage: {
        prompt_tokens: 2 * spent.prompt,
        cached_prompt_tokens: 2 * spent.cached,
        completion_tokens: 2 * spent.completion,
        total_tokens: 2 * (spent.prompt + spent.completion),
        reasoning_tokens: hosted.countsReasoning === true ? 2 * spent.reasoning : 0,
        successful_requests: 2,
      },
    });
    expect(new Set(reached)).toEqual(new Set([url]));
    for (const { headers } of server.asked) expect(headers[key[0]]).toMatch(key[1]);

    // The model's text and the tool's result are in the next prompt, with the provider's signature if it has one.
    const again = JSON.stringify(server.asked[1]?.body);
    expect(again).toContain('"add"');
    expect(again).toContain("5");
    expect(again).toContain(hosted.seal ?? "");

    const ends = of("llm_call_completed", "llm_call_failed").map(({ type, data }) => [
      type,
      data["error"] ?? data["call_type"],
    ]);
    expect(ends).toEqual([
      ["llm_call_completed", "tool_call"],
      ["llm_call_failed", "slow down (HTTP 429)"],
      ["llm_call_failed", "no capacity (HTTP 503)"],
      ["llm_call_failed", "overloaded"],
      ["llm_call_failed", expect.any(String)],
      ["llm_call_completed", "llm_call"],
    ]);
    const [first] = of("llm_call_completed");
    expect(first?.data["response"]).toEqual([
      { id: expect.any(String), type: "function", function: { name: "add", arguments: JSON.stringify(call.args) } },
    ]);
    const texts = of("llm_stream_chunk").filter(({ data }) => data["call_type"] === "llm_call");
    expect(texts.map(({ data }) => data["chunk"])).toEqual(["The", "The", "The sum ", "is five."]);
    expect(of("llm_stream_chunk").some(({ data }) => data["call_type"] === "tool_call")).toBe(true);
  });

  test("responds without streaming: a tool call and a text", async () => {
    server.script(wire, call, answer);
    const { outcome, of } = await run(hosted, {
      model,
      stream: false,
      temperature: 0.5,
      maxTokens: 99,
      reasoning: "low",
    });
    expect(outcome).toMatchObject({ state: "SUCCESS", result: answer.text, usage: { prompt_tokens: 200 } });
    expect(of("llm_stream_chunk")).toEqual([]);
    expect(JSON.stringify(server.asked[0]?.body)).toContain("99");
  });

  test("provider-specific fields are merged into each call", async () => {
    const fields = { serving: { tier: "flex", deep: [1] }, seed_text: "x" };
    server.script(wire, answer);
    const { outcome } = await run(hosted, { model, fields, headers: { "x-own": "yes" }, topK: 7 });
    expect(outcome).toMatchObject({ state: "SUCCESS", result: answer.text });
    const [asked] = server.asked;
    const sent = model.startsWith("bedrock/") ? asked?.body["additionalModelRequestFields"] : asked?.body;
    expect(sent).toMatchObject(fields);
    expect(JSON.stringify(asked?.body)).toMatch(/"top_?k":7/i);
    expect(asked?.headers["x-own"]).toBe("yes");
    expect(asked?.headers[key[0]]).toMatch(key[1]);
  });

  test("a rejected key ends the run immediately, with the variable named and the key redacted", async () => {
    server.script(wire, { status: 401, message: "bad key" }, answer);
    const { outcome, of } = await run(hosted, { model });
    expect(outcome).toMatchObject({ state: "FAILED", error: "bad key (HTTP 401)" });
    expect(of("llm_call_failed")).toHaveLength(1);
  });
});

describe("a custom address", () => {
  const proxy = "https://proxy.example.com";
  const anthropic = { wire: messages, env: { ANTHROPIC_API_KEY: "k" } };
  const azure = { wire: chatCompletions, env: { AZURE_API_KEY: "k" } };
  const none = { wire: chatCompletions, env: {} };
  test.each<[string, { wire: Wire; env: Record<string, string> }, Partial<ModelConfig>, string]>([
    ["anthropic/c", anthropic, { baseUrl: proxy }, `${proxy}/v1/messages`],
    ["anthropic/c", anthropic, { baseUrl: `${proxy}/v1/` }, `${proxy}/v1/messages`],
    [
      "google/g",
      { wire: generateContent, env: { GEMINI_API_KEY: "k" } },
      { baseUrl: proxy },
      `${proxy}/v1beta/models/g:streamGenerateContent?alt=sse`,
    ],
    ["azure/chat", azure, { baseUrl: `${proxy}/openai/v1/` }, `${proxy}/openai/v1/chat/completions`],
    ["azure/chat", azure, { baseUrl: `${proxy}/openai/deployments/chat` }, `${proxy}/openai/v1/chat/completions`],
    [
      "bedrock/m",
      { wire: converse, env: { AWS_BEARER_TOKEN_BEDROCK: "k" } },
      { baseUrl: proxy },
      `${proxy}/model/m/converse-stream`,
    ],
    ["ollama/m", none, { baseUrl: `${proxy}/` }, `${proxy}/v1/chat/completions`],
    ["hosted_vllm/m", none, {}, "http://127.0.0.1:8000/v1/chat/completions"],
    [
      "groq/m",
      { wire: chatCompletions, env: { GROQ_API_KEY: "k", GROQ_BASE_URL: proxy } },
      {},
      `${proxy}/chat/completions`,
    ],
  ])("of %s", async (model, { wire, env }, own, url) => {
    server.script(wire, answer);
    const { outcome } = await run({ env }, { model, ...own });
    expect(outcome).toMatchObject({ state: "SUCCESS", result: answer.text });
    expect(reached).toEqual([url]);
  });
});
