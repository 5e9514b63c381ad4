import { readCsvTool, readJsonTool } from "../../tools/builtin/data.ts";
import { fetchPageTool } from "../../tools/builtin/fetch-page.ts";
import { listFilesTool, readFileTool, writeFileTool } from "../../tools/builtin/files.ts";
import { searchTextTool } from "../../tools/builtin/search-text.ts";
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
  /** CrewAI's options that fix an argument, by the argument's name here. */
  fixes?: Readonly<Record<string, string>>;
}

/** Tools of CrewAI's that the runtime has too, by CrewAI's class name. Searches look for words, not for meaning. */
export const nativeTools: Readonly<Record<string, NativeTool>> = {
  FileReadTool: { tool: readFileTool, fixes: { file_path: "path" } },
  FileWriterTool: { tool: writeFileTool },
  DirectoryReadTool: { tool: listFilesTool, fixes: { directory: "folder" } },
  ScrapeWebsiteTool: { tool: fetchPageTool, fixes: { website_url: "url" } },
  CSVSearchTool: { tool: readCsvTool, fixes: { csv: "path" } },
  JSONSearchTool: { tool: readJsonTool, fixes: { json_path: "path" } },
  TXTSearchTool: { tool: searchTextTool, fixes: { txt: "path" } },
  MDXSearchTool: { tool: searchTextTool, fixes: { mdx: "path" } },
  DirectorySearchTool: { tool: searchTextTool, fixes: { directory: "path" } },
};

/** A tool some of whose arguments are set: the model does not see them. */
export function withArguments(tool: Tool, set: Readonly<Record<string, unknown>>): Tool {
  if (Object.keys(set).length === 0) return tool;
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
    parse: (args) => tool.parse({ ...(args as object), ...set }),
  };
}

/** CrewAI's spellings of a class: `FileReadTool`, `FileRead`, `file_read`, `file_read_tool`. */
export function toolClassNames(name: string): string[] {
  const pascal = name
    .split(/[_\s-]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");
  return [name, `${name}Tool`, pascal, `${pascal}Tool`];
}
