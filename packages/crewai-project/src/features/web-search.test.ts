import type { ToolContext } from "@crewstream/crew";
import { webSearchTool } from "@crewstream/crew/parts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createServer, type Server } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { asCrewaiTool, nativeTools } from "../crew/known-tools.ts";

let server: Server;
const seen: { path: string | undefined; key: unknown; body: unknown }[] = [];
let answer: { status: number; body: object } = { status: 200, body: {} };
beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body: unknown = JSON.parse(Buffer.concat(chunks).toString());
      seen.push({ path: request.url, key: request.headers["x-api-key"], body });
      response.writeHead(answer.status, { "content-type": "application/json" }).end(JSON.stringify(answer.body));
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** A tool's context whose fetch reaches this server instead of serper.dev. */
function context(env: Record<string, string>): ToolContext {
  const { port } = server.address() as AddressInfo;
  const here: typeof fetch = (input, init) => {
    const { pathname } = new URL(input instanceof Request ? input.url : input);
    return fetch(`http://127.0.0.1:${port}${pathname}`, init);
  };
  return { fetch: here, env, signal: new AbortController().signal } as ToolContext;
}

test("uses the key of the environment, and returns what was found", async () => {
  answer = {
    status: 200,
    body: {
      searchParameters: { q: "geese" },
      knowledgeGraph: { title: "Goose", description: "A bird." },
      organic: [
        { title: "Geese", link: "https://geese.example/", snippet: "All about geese.", position: 1 },
        { title: "More geese", link: "https://more.example/" },
      ],
      peopleAlsoAsk: [{ question: "Do geese fly?", snippet: "They do.", link: "https://fly.example/" }],
    },
  };
  const args = webSearchTool.parse({ query: "geese", results: 2 });
  expect(await webSearchTool.run(args, context({ SERPER_API_KEY: "the-key" }))).toBe(
    [
      "Goose\nA bird.",
      "Geese\nhttps://geese.example/\nAll about geese.",
      "More geese\nhttps://more.example/",
      "Do geese fly?\nThey do.\nhttps://fly.example/",
    ].join("\n\n"),
  );
  expect(seen.at(-1)).toEqual({ path: "/search", key: "the-key", body: { q: "geese", num: 2 } });
});

test("accepts CrewAI's argument names, and settings that the model is not asked for", async () => {
  answer = {
    status: 200,
    body: { news: [{ title: "Geese land", link: "https://news.example/", date: "1 hour ago" }] },
  };
  const tool = asCrewaiTool(nativeTools["SerperDevTool"]!, { kind: "news", country: "de" });
  expect(JSON.stringify(tool.inputSchema)).not.toContain('"kind"');
  const args = tool.parse({ search_query: "Gänse", n_results: 3 });
  expect(await tool.run(args, context({ SERPER_API_KEY: "k" }))).toBe("Geese land\nhttps://news.example/\n1 hour ago");
  expect(seen.at(-1)).toMatchObject({ path: "/news", body: { q: "Gänse", num: 3, gl: "de" } });
});

test("reports a missing key, a wrong one, and an empty result", async () => {
  const args = webSearchTool.parse({ query: "geese" });
  await expect(webSearchTool.run(args, context({}))).rejects.toThrow("SERPER_API_KEY");
  answer = { status: 403, body: { message: "Unauthorized." } };
  await expect(webSearchTool.run(args, context({ SERPER_API_KEY: "bad" }))).rejects.toThrow(
    /403.*SERPER_API_KEY right/,
  );
  answer = { status: 200, body: {} };
  expect(await webSearchTool.run(args, context({ SERPER_API_KEY: "k" }))).toBe("Nothing was found.");
});
