import type { ToolContext } from "@crewstream/crew";
import { describe, expect, test } from "vitest";
import { asCrewaiTool, nativeTools } from "../crew/known-tools.ts";

interface Asked {
  url: string;
  headers: Headers;
  body: unknown;
}

/** Calls one of CrewAI's tools whose API responds like this; returns the API request and what the model gets. */
async function search(name: string, args: object, { answer = {} as object, status = 200, set = {}, env = {} }) {
  const asked: Asked[] = [];
  const api: typeof fetch = (input, init) => {
    const body: unknown = typeof init?.body === "string" ? JSON.parse(init.body) : undefined;
    asked.push({
      url: input instanceof Request ? input.url : String(input),
      headers: new Headers(init?.headers),
      body,
    });
    return Promise.resolve(Response.json(answer, { status }));
  };
  const tool = asCrewaiTool(nativeTools[name]!, set);
  const context = { fetch: api, env, signal: new AbortController().signal } as ToolContext;
  return { result: await tool.run(tool.parse(args), context), asked };
}

const page = { title: "Geese", url: "https://geese.example/" };

describe("API searches accept CrewAI's arguments, settings and key", () => {
  test("Tavily", async () => {
    const { result, asked } = await search(
      "TavilySearchTool",
      { query: "geese" },
      {
        answer: { answer: "They fly.", results: [{ ...page, content: "All about geese." }] },
        set: { max_results: 3, topic: "news", max_content_length_per_result: 9 },
        env: { TAVILY_API_KEY: "k" },
      },
    );
    expect(result).toBe("They fly.\n\nGeese\nhttps://geese.example/\nAll about");
    expect(asked[0]?.url).toBe("https://api.tavily.com/search");
    expect(asked[0]?.headers.get("authorization")).toBe("Bearer k");
    expect(asked[0]?.body).toMatchObject({ query: "geese", max_results: 3, topic: "news", search_depth: "basic" });
  });

  test("Brave", async () => {
    const answer = { web: { results: [{ ...page, description: "Birds.", extra_snippets: ["More."] }] } };
    const env = { BRAVE_API_KEY: "k" };
    const { result, asked } = await search(
      "BraveSearchTool",
      { search_query: "geese" },
      { answer, env, set: { count: 2 } },
    );
    expect(result).toBe("Geese\nhttps://geese.example/\nBirds.\nMore.");
    expect(asked[0]?.url).toBe("https://api.search.brave.com/res/v1/web/search?q=geese&count=2");
    expect(asked[0]?.headers.get("x-subscription-token")).toBe("k");
    const news = await search(
      "BraveNewsSearchTool",
      { q: "geese" },
      { answer: { results: [{ ...page, age: "1 hour" }] }, env },
    );
    expect(news.result).toBe("Geese\nhttps://geese.example/\n1 hour");
    expect(news.asked[0]?.url).toContain("/res/v1/news/search?q=geese");
  });

  test("Exa", async () => {
    const { result, asked } = await search(
      "EXASearchTool",
      { search_query: "geese", include_domains: ["geese.example"] },
      {
        answer: { results: [{ ...page, publishedDate: "2026-01-02", highlights: ["They honk."] }] },
        env: { EXA_API_KEY: "k", EXA_BASE_URL: "https://exa.example" },
      },
    );
    expect(result).toBe("Geese\nhttps://geese.example/\n2026-01-02\nThey honk.");
    expect(asked[0]?.url).toBe("https://exa.example/search");
    expect(asked[0]?.headers.get("x-api-key")).toBe("k");
    expect(asked[0]?.body).toMatchObject({ query: "geese", includeDomains: ["geese.example"], type: "auto" });
  });

  test("report a missing key, a wrong one, and an empty result", async () => {
    await expect(search("TavilySearchTool", { query: "q" }, {})).rejects.toThrow(
      "Tavily needs its key in the environment variable TAVILY_API_KEY",
    );
    const env = { EXA_API_KEY: "bad" };
    await expect(search("ExaSearchTool", { query: "q" }, { env, status: 401 })).rejects.toThrow(
      /401: is EXA_API_KEY right/,
    );
    const { result } = await search("BraveSearchTool", { q: "q" }, { env: { BRAVE_API_KEY: "k" } });
    expect(result).toBe("Nothing was found.");
  });
});
