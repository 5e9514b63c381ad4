import { AppError, ErrorCode } from "@crewstream/contracts";
import { memoryJournal, type JournalRow } from "@crewstream/crew";
import { chatCompletions, providerServer, type ProviderServer } from "@crewstream/crew/testing";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { ModelGateway } from "./model-gateway.ts";

let provider: ProviderServer;
let gateway: ModelGateway;
let rows: Map<string, JournalRow>;
beforeAll(async () => {
  provider = await providerServer();
  gateway = await ModelGateway.start();
});
afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]();
  await provider?.[Symbol.asyncDispose]();
});
beforeEach(() => {
  rows = new Map();
});

/** One execution of a run: its journal is that of the earlier executions. */
function life(options: Partial<Parameters<ModelGateway["open"]>[0]> = {}) {
  return gateway.open({
    journal: memoryJournal(rows),
    env: { OPENAI_API_KEY: "sk-real", OPENAI_BASE_URL: `${provider.origin}/v1` },
    offline: "never",
    signal: new AbortController().signal,
    ...options,
  });
}

const post = (address: string, body: object, headers: Record<string, string> = {}, path = "/openai/chat/completions") =>
  fetch(address + path, { method: "POST", body: JSON.stringify(body), headers });
const question = (text: string, stream = false) => ({
  model: "m",
  stream,
  messages: [{ role: "user", content: text }],
});

test("a response is requested once per run, identified by the request and its count", async () => {
  let count = 0;
  provider.answer(chatCompletions, () => ({ text: `answer ${(count += 1)}` }));
  const answers = async (address: string, ...texts: string[]) => {
    const found: string[] = [];
    for (const text of texts)
      found.push(/answer \d/.exec(await (await post(address, question(text))).text())?.[0] ?? "");
    return found;
  };
  using first = life();
  expect(await answers(first.address, "a", "b", "a")).toEqual(["answer 1", "answer 2", "answer 3"]);
  using again = life();
  expect(await answers(again.address, "b", "a", "a", "a")).toEqual(["answer 2", "answer 1", "answer 3", "answer 4"]);
  expect(again.run.answered).toBe(4);
});

test("the provider's key stays here; a key from the project's code takes precedence", async () => {
  provider.answer(chatCompletions, () => ({ text: "x" }));
  using run = life();
  await post(run.address, question("a"), { authorization: "Bearer crewstream", "x-own": "1" });
  await post(run.address, question("b"), { authorization: "Bearer sk-own" });
  expect(provider.asked.map(({ path, headers }) => [path, headers["authorization"], headers["x-own"]])).toEqual([
    ["/v1/chat/completions", "Bearer sk-real", "1"],
    ["/v1/chat/completions", "Bearer sk-own", undefined],
  ]);
});

test.each([
  ["anthropic", "ANTHROPIC", "/v1/messages", "x-api-key"],
  ["gemini", "GOOGLE_GEMINI", "/v1beta/models/m:generateContent?alt=sse", "x-goog-api-key"],
  ["openrouter", "OPENROUTER", "/chat/completions", "authorization"],
])("%s is asked at its own address with its own key", async (name, prefix, path, header) => {
  provider.answer(chatCompletions, () => ({ text: "x" }));
  const key = name === "gemini" ? "GEMINI_API_KEY" : `${prefix}_API_KEY`;
  using run = life({ env: { [key]: "real", [`${prefix}_BASE_URL`]: `${provider.origin}/` } });
  expect((await post(run.address, question("a"), { [header]: "crewstream" }, `/${name}${path}`)).status).toBe(200);
  expect(provider.asked.map((asked) => [asked.path, asked.headers[header]])).toEqual([
    [path, header === "authorization" ? "Bearer real" : "real"],
  ]);
});

test("a stream is passed on as it arrives, but its end only when all of it is stored", async () => {
  provider.answer(chatCompletions, () => ({ text: "in two pieces" }));
  const stored = Promise.withResolvers<void>();
  const journal = memoryJournal(rows);
  using run = life({
    journal: { ...journal, write: (path, row) => stored.promise.then(() => journal.write(path, row)) },
  });
  const response = await post(run.address, question("a", true));
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes("pieces")) text += (await reader.read()).value ?? "";
  const end = reader.read();
  expect(await Promise.race([end, new Promise((resolve) => setImmediate(resolve, "waits"))])).toBe("waits");
  stored.resolve();
  for (let part = await end; !part.done; part = await reader.read()) text += part.value;
  expect(text).toContain("data: [DONE]");
  using again = life();
  expect(await (await post(again.address, question("a", true))).text()).toBe(text);
  expect(provider.asked).toHaveLength(1);
});

test("a rejection is passed on and not stored", async () => {
  provider.script(chatCompletions, { status: 429, message: "slow", headers: { "retry-after": "7" } }, { text: "now" });
  using run = life();
  const refused = await post(run.address, question("a"));
  expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "7"]);
  expect(rows.size).toBe(0);
  expect((await post(run.address, question("a"))).status).toBe(200);
});

test("a cancelled run gets a status that its client does not retry", async () => {
  provider.answer(chatCompletions, () => "hang");
  const controller = new AbortController();
  using run = life({ signal: controller.signal });
  const asked = post(run.address, question("a"));
  await expect.poll(() => provider.asked.length).toBe(1);
  controller.abort(new AppError("The run was cancelled.", { code: ErrorCode.cancelled }));
  const response = await asked;
  expect([response.status, await response.text()]).toEqual([400, expect.stringContaining("was cancelled") as string]);
});

test("an address is valid for its run only, and only while it runs", async () => {
  provider.answer(chatCompletions, () => ({ text: "x" }));
  const run = life();
  expect((await post(run.address.replace(/.{4}$/, "0000"), question("a"))).status).toBe(401);
  run[Symbol.dispose]();
  expect((await post(run.address, question("a"))).status).toBe(401);
  expect(provider.asked).toHaveLength(0);
});

test("the error of a provider without a key names the variable that it needs", async () => {
  using run = life({ env: {} });
  const response = await post(run.address, {}, {}, "/anthropic/v1/messages");
  expect([response.status, await response.text()]).toEqual([
    401,
    expect.stringContaining("ANTHROPIC_API_KEY") as string,
  ]);
});

const tool = { type: "function", function: { name: "look", parameters: { properties: { q: { type: "string" } } } } };

test.each([false, true])("offline/demo responds without a key (stream: %s)", async (stream) => {
  using run = life({ env: {}, offline: "unkeyed" });
  const task = "You are a clerk.\n\nCurrent Task: Count geese\n\nBe brief";
  const called = await (await post(run.address, { ...question(task, stream), tools: [tool] })).text();
  expect(called).toContain('"name":"look"');
  const told = await (await post(run.address, question(task, stream))).text();
  expect(told).toContain("Count geese");
  const format = {
    type: "json_schema",
    json_schema: { schema: { type: "object", properties: { n: { type: "integer" } } } },
  };
  const json = await (await post(run.address, { ...question(task), response_format: format })).json();
  expect(JSON.parse((json as { choices: [{ message: { content: string } }] }).choices[0].message.content)).toEqual({
    n: 1,
  });
  const asked = { input: task, stream, tools: [{ ...tool.function, type: "function" }] };
  const responses = await (await post(run.address, asked, {}, "/openai/responses")).text();
  expect(responses).toContain('"name":"look"');
  const embedded = await (await post(run.address, { input: ["a goose", "a goose"] }, {}, "/openai/embeddings")).json();
  const [one, two] = (embedded as { data: { embedding: number[] }[] }).data;
  expect(one!.embedding).toEqual(two!.embedding);
});
