import { z } from "zod";
import { defineTool } from "../tool.ts";
import { askApi } from "./ask-api.ts";
import { capped } from "./limits.ts";

const api = "https://google.serper.dev";

const found = z.object({
  title: z.string(),
  link: z.string(),
  snippet: z.string().optional(),
  date: z.string().optional(),
});

/** The fields of Serper's response that are shown to a model; news have their own list. */
const answerSchema = z.object({
  knowledgeGraph: z.object({ title: z.string().optional(), description: z.string().optional() }).optional(),
  organic: z.array(found).default([]),
  news: z.array(found).default([]),
  peopleAlsoAsk: z
    .array(z.object({ question: z.string(), snippet: z.string().optional(), link: z.string().optional() }))
    .default([]),
});

/** Web search as CrewAI's SerperDevTool does it, with the same key, `SERPER_API_KEY`. */
export const webSearchTool = defineTool({
  name: "web_search",
  description: "Searches the web and gives titles, addresses and snippets of what it found.",
  input: z.object({
    query: z.string().min(1).describe("What to search for"),
    kind: z.enum(["search", "news"]).default("search").describe("All pages, or news"),
    results: z.number().int().min(1).max(100).default(10).describe("How many results"),
    country: z.string().optional().describe("Country code such as us"),
    locale: z.string().optional().describe("Language code such as en"),
    location: z.string().optional().describe("Place to search from"),
  }),
  async run({ query, kind, results, country, locale, location }, context) {
    const body = { q: query, num: results, gl: country, hl: locale, location };
    const answer = answerSchema.parse(
      await askApi(
        { service: "The web search", url: `${api}/${kind}`, body, keyName: "SERPER_API_KEY", keyHeader: "x-api-key" },
        context,
      ),
    );
    return capped(
      shown(answer)
        .slice(0, results + 4)
        .join("\n\n") || "Nothing was found.",
      "Ask for fewer results.",
    );
  },
});

function shown({ knowledgeGraph, organic, news, peopleAlsoAsk }: z.output<typeof answerSchema>): string[] {
  const lines = (parts: readonly (string | undefined)[]): string =>
    parts.filter((part) => part !== undefined).join("\n");
  const about = knowledgeGraph === undefined ? [] : [lines([knowledgeGraph.title, knowledgeGraph.description])];
  const pages = [...news, ...organic].map(({ title, link, snippet, date }) => lines([title, link, date, snippet]));
  const asked = peopleAlsoAsk.slice(0, 3).map(({ question, snippet, link }) => lines([question, snippet, link]));
  return [...about, ...pages, ...asked].filter((text) => text !== "");
}
