import { z } from "zod";
import { defineTool } from "../tool.ts";
import { askApi } from "./ask-api.ts";
import { capped } from "./limits.ts";

const query = z.string().min(1).describe("What to search for");
const domains = z.array(z.string()).optional();

/** The fields of a search result that are shown to a model. */
interface Found {
  title?: string | null | undefined;
  url: string;
  date?: string | null | undefined;
  texts: readonly (string | null | undefined)[];
}

const tavilyAnswer = z.object({
  answer: z.string().nullish(),
  results: z
    .array(z.object({ title: z.string().nullish(), url: z.string(), content: z.string().nullish() }))
    .default([]),
});

/** Web search with Tavily's API, with the settings of CrewAI's TavilySearchTool. */
export const tavilySearchTool = defineTool({
  name: "tavily_search",
  description: "Searches the web with Tavily and gives titles, addresses and texts of what it found.",
  input: z.object({
    query,
    search_depth: z.enum(["basic", "advanced"]).default("basic"),
    topic: z.enum(["general", "news", "finance"]).default("general"),
    time_range: z.enum(["day", "week", "month", "year"]).optional(),
    days: z.number().int().positive().optional().describe("For news: how many days back"),
    max_results: z.number().int().min(1).max(20).default(5),
    include_domains: domains,
    exclude_domains: domains,
    include_answer: z.union([z.boolean(), z.enum(["basic", "advanced"])]).default(false),
    max_content_length_per_result: z.number().int().positive().default(1000),
  }),
  async run({ max_content_length_per_result: longest, ...body }, context) {
    const question = { service: "Tavily", url: "https://api.tavily.com/search", body, keyName: "TAVILY_API_KEY" };
    const { answer, results } = tavilyAnswer.parse(await askApi(question, context));
    const found = results.map(({ title, url, content }) => ({ title, url, texts: [content?.slice(0, longest)] }));
    return shown(found, answer);
  },
});

const bravePage = z.object({
  title: z.string().nullish(),
  url: z.string(),
  description: z.string().nullish(),
  age: z.string().nullish(),
  extra_snippets: z.array(z.string()).nullish(),
});
const braveAnswer = z.object({
  web: z.object({ results: z.array(bravePage).default([]) }).nullish(),
  results: z.array(bravePage).nullish(),
});

const braveInput = z.object({
  q: query,
  country: z.string().optional().describe("Country code such as us"),
  search_lang: z.string().optional().describe("Language code such as en"),
  count: z.number().int().min(1).max(20).default(10).describe("How many results"),
  offset: z.number().int().min(0).max(9).optional().describe("Pages of results to skip"),
  safesearch: z.enum(["off", "moderate", "strict"]).optional(),
  freshness: z.string().optional().describe("pd, pw, pm, py, or 2026-01-01to2026-02-01"),
});

/** Web or news search with Brave's API, with the arguments of CrewAI's Brave tools. */
const braveTool = (kind: "web" | "news") =>
  defineTool({
    name: kind === "web" ? "brave_search" : "brave_news_search",
    description: `Searches the ${kind} with Brave and gives titles, addresses and snippets of what it found.`,
    input: braveInput,
    async run(args, context) {
      const url = new URL(`https://api.search.brave.com/res/v1/${kind}/search`);
      for (const [name, value] of Object.entries(args)) url.searchParams.set(name, String(value));
      const question = { service: "Brave", url: url.href, keyName: "BRAVE_API_KEY", keyHeader: "x-subscription-token" };
      const { web, results } = braveAnswer.parse(await askApi(question, context));
      const pages = web?.results ?? results ?? [];
      return shown(
        pages.map(({ title, url: page, description, age, extra_snippets: more }) => ({
          title,
          url: page,
          date: age,
          texts: [description, ...(more ?? [])],
        })),
      );
    },
  });
export const braveSearchTool = braveTool("web");
export const braveNewsTool = braveTool("news");

const exaAnswer = z.object({
  results: z
    .array(
      z.object({
        title: z.string().nullish(),
        url: z.string(),
        publishedDate: z.string().nullish(),
        highlights: z.array(z.string()).nullish(),
        summary: z.string().nullish(),
        text: z.string().nullish(),
      }),
    )
    .default([]),
});

/** Web search with Exa's API, with the arguments of CrewAI's ExaSearchTool. */
export const exaSearchTool = defineTool({
  name: "exa_search",
  description: "Searches the web by meaning with Exa and gives titles, addresses and passages of what it found.",
  input: z.object({
    query,
    start_published_date: z.string().optional().describe("Not older than this day, 2026-01-31"),
    end_published_date: z.string().optional().describe("Not newer than this day"),
    include_domains: domains,
    type: z.string().default("auto"),
    content: z.boolean().default(false),
    summary: z.boolean().default(false),
    highlights: z.boolean().default(true),
  }),
  async run(args, context) {
    const body = {
      query: args.query,
      type: args.type,
      startPublishedDate: args.start_published_date,
      endPublishedDate: args.end_published_date,
      includeDomains: args.include_domains,
      contents: { text: args.content, summary: args.summary ? {} : undefined, highlights: args.highlights },
    };
    const base = context.env["EXA_BASE_URL"] || "https://api.exa.ai";
    const question = { service: "Exa", url: `${base}/search`, body, keyName: "EXA_API_KEY", keyHeader: "x-api-key" };
    const { results } = exaAnswer.parse(await askApi(question, context));
    return shown(
      results.map(({ title, url, publishedDate: date, highlights, summary, text }) => ({
        title,
        url,
        date,
        texts: [summary, ...(highlights ?? []), text],
      })),
    );
  },
});

function shown(pages: readonly Found[], answer?: string | null): string {
  const all = [answer, ...pages.map(({ title, url, date, texts }) => lines([title, url, date, ...texts]))];
  const text = all.filter((one) => one !== undefined && one !== null && one !== "").join("\n\n");
  return capped(text || "Nothing was found.", "Ask for fewer results.");
}

function lines(parts: readonly (string | null | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== null && part !== "").join("\n");
}
