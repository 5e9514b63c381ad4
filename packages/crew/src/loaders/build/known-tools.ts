import { readCsvTool, readJsonTool } from "../../tools/builtin/data.ts";
import { fetchPageTool } from "../../tools/builtin/fetch-page.ts";
import { listFilesTool, readFileTool, writeFileTool } from "../../tools/builtin/files.ts";
import { searchTextTool } from "../../tools/builtin/search-text.ts";
import { webSearchTool } from "../../tools/builtin/web-search.ts";
import type { Tool } from "../../tools/tool.ts";

/** Classes of CrewAI's crewai_tools: to tell a tool that exists there, in Python, from a typing error. */
export const crewaiTools: readonly string[] =
  `AIMindTool ApifyActorsTool ArxivPaperTool BraveSearchTool BrightDataDatasetTool BrightDataSearchTool
  BrightDataWebUnlockerTool BrowserbaseLoadTool CSVSearchTool CodeDocsSearchTool CodeInterpreterTool
  ComposioTool ContextualAICreateAgentTool CouchbaseFTSVectorSearchTool DOCXSearchTool DallETool
  DatabricksQueryTool DirectoryReadTool DirectorySearchTool EXASearchTool FileCompressorTool FileReadTool
  FileWriterTool FirecrawlCrawlWebsiteTool FirecrawlScrapeWebsiteTool FirecrawlSearchTool GithubSearchTool
  HyperbrowserLoadTool InvokeCrewAIAutomationTool JSONSearchTool JinaScrapeWebsiteTool LinkupSearchTool
  LlamaIndexTool MDXSearchTool MongoDBVectorSearchTool MultiOnTool MySQLSearchTool NL2SQLTool OCRTool
  OxylabsGoogleSearchScraperTool OxylabsUniversalScraperTool PDFSearchTool ParallelSearchTool PatronusEvalTool
  PGSearchTool QdrantVectorSearchTool RagTool ScrapeElementFromWebsiteTool ScrapeWebsiteTool
  ScrapegraphScrapeTool ScrapflyScrapeWebsiteTool SeleniumScrapingTool SerpApiGoogleSearchTool
  SerpApiGoogleShoppingTool SerperDevTool SerperScrapeWebsiteTool SerplyJobSearchTool SerplyNewsSearchTool
  SerplyScholarSearchTool SerplyWebSearchTool SerplyWebpageToMarkdownTool SingleStoreSearchTool
  SnowflakeSearchTool SpiderTool StagehandTool TXTSearchTool TavilyExtractorTool TavilySearchTool VisionTool
  WeaviateVectorSearchTool WebsiteSearchTool XMLSearchTool YoutubeChannelSearchTool YoutubeVideoSearchTool
  ZapierActionTools`.split(/\s+/);

interface NativeTool {
  tool: Tool;
  /** CrewAI's names of arguments, by which options fix them and flows give them; and their names here. */
  names: Readonly<Record<string, string>>;
}

const searched = { search_query: "query" };

/** Tools of CrewAI's that the runtime has too, by CrewAI's class name. Searches look for words, not for meaning. */
export const nativeTools: Readonly<Record<string, NativeTool>> = {
  FileReadTool: { tool: readFileTool, names: { file_path: "path" } },
  FileWriterTool: { tool: writeFileTool, names: { filename: "path", content: "text" } },
  DirectoryReadTool: { tool: listFilesTool, names: { directory: "folder" } },
  SerperDevTool: {
    tool: webSearchTool,
    names: { ...searched, n_results: "results", search_type: "kind" },
  },
  ScrapeWebsiteTool: { tool: fetchPageTool, names: { website_url: "url" } },
  CSVSearchTool: { tool: readCsvTool, names: { csv: "path" } },
  JSONSearchTool: { tool: readJsonTool, names: { json_path: "path" } },
  TXTSearchTool: { tool: searchTextTool, names: { txt: "path", ...searched } },
  MDXSearchTool: { tool: searchTextTool, names: { mdx: "path", ...searched } },
  DirectorySearchTool: { tool: searchTextTool, names: { directory: "path", ...searched } },
};

/** A tool that takes CrewAI's names of arguments too, and does not ask the model for those that are set. */
export function asCrewaiTool({ tool, names }: NativeTool, set: Readonly<Record<string, unknown>>): Tool {
  const { properties = {}, required = [] } = tool.inputSchema as {
    properties?: Record<string, unknown>;
    required?: string[];
  };
  return {
    ...tool,
    inputSchema: {
      ...tool.inputSchema,
      properties: Object.fromEntries(Object.entries(properties).filter(([name]) => !Object.hasOwn(set, name))),
      required: required.filter((name) => !Object.hasOwn(set, name)),
    },
    parse: (args) => tool.parse({ ...renamed(args, names), ...set }),
  };
}

function renamed(args: unknown, names: Readonly<Record<string, string>>): Record<string, unknown> {
  if (typeof args !== "object" || args === null) return {};
  const { filename, directory, ...rest } = args as Record<string, unknown>;
  // CrewAI's FileWriterTool takes the folder apart from the name.
  const joined =
    typeof filename === "string" && typeof directory === "string"
      ? { filename: `${directory}/${filename}` }
      : { filename, directory };
  const entries = Object.entries({ ...rest, ...joined }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries.map(([name, value]) => [Object.hasOwn(names, name) ? names[name] : name, value]));
}

/** The class that a name stands for: `FileReadTool`, `FileRead`, `file_read` are one, in any case. */
export function toolClass(name: string, classes: readonly string[]): string | undefined {
  const wanted = plain(name);
  return classes.find((each) => plain(each) === wanted);
}

function plain(name: string): string {
  return name
    .toLowerCase()
    .replace(/[_\s-]/g, "")
    .replace(/tools?$/, "");
}
