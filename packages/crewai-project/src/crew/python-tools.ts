/** Classes of crewai_tools 1.15.30: distinguishes Python tools from typing errors. */
export const crewaiTools: readonly string[] = `
  AIMindTool ApifyActorsTool ArxivPaperTool AzureDocumentDBVectorSearchTool BedrockInvokeAgentTool
  BedrockKBRetrieverTool BraveImageSearchTool BraveLLMContextTool BraveLocalPOIsDescriptionTool
  BraveLocalPOIsTool BraveNewsSearchTool BraveSearchTool BraveVideoSearchTool BraveWebSearchTool
  BrightDataDatasetTool BrightDataSearchTool BrightDataWebUnlockerTool BrowserbaseLoadTool CSVSearchTool
  CodeDocsSearchTool ComposioTool ContextualAICreateAgentTool ContextualAIParseTool ContextualAIQueryTool
  ContextualAIRerankTool CouchbaseFTSVectorSearchTool DB2VectorSearchTool DOCXSearchTool DallETool
  DatabricksQueryTool DaytonaExecTool DaytonaFileTool DaytonaPythonTool DirectoryReadTool DirectorySearchTool
  E2BExecTool E2BFileTool E2BPythonTool EXASearchTool EnterpriseActionTool ExaSearchTool FileCompressorTool
  FileReadTool FileWriterTool FirecrawlCrawlWebsiteTool FirecrawlScrapeWebsiteTool FirecrawlSearchTool
  GenerateCrewaiAutomationTool GithubSearchTool HyperbrowserLoadTool InvokeCrewAIAutomationTool JSONSearchTool
  JinaScrapeWebsiteTool LinkupSearchTool LlamaIndexTool MDXSearchTool MergeAgentHandlerTool
  MongoDBVectorSearchTool MultiOnTool MySQLSearchTool NL2SQLTool OCRTool OracleVectorSearchTool
  OxylabsAmazonProductScraperTool OxylabsAmazonSearchScraperTool OxylabsGoogleSearchScraperTool
  OxylabsUniversalScraperTool PDFSearchTool ParallelSearchTool PatronusEvalTool PatronusLocalEvaluatorTool
  PatronusPredefinedCriteriaEvalTool QdrantVectorSearchTool RagTool S3ReaderTool S3WriterTool
  ScrapeElementFromWebsiteTool ScrapeWebsiteTool ScrapegraphScrapeTool ScrapflyScrapeWebsiteTool
  SeleniumScrapingTool SerpApiGoogleSearchTool SerpApiGoogleShoppingTool SerperDevTool SerperScrapeWebsiteTool
  SerplyJobSearchTool SerplyNewsSearchTool SerplyScholarSearchTool SerplyWebSearchTool
  SerplyWebpageToMarkdownTool SingleStoreSearchTool SnowflakeSearchTool SpiderTool StagehandTool TXTSearchTool
  TavilyExtractorTool TavilyGetResearchTool TavilyResearchTool TavilySearchTool URLReadTool VisionTool WaitTool
  WeaviateVectorSearchTool WebsiteSearchTool XMLSearchTool YoutubeChannelSearchTool YoutubeVideoSearchTool
  ZapierActionTool
  CodeInterpreterTool PGSearchTool ZapierActionTools`
  .trim()
  .split(/\s+/);

const advice: readonly (readonly [classes: RegExp, sentence: string])[] = [
  [
    /^(RagTool|DOCXSearchTool|CodeDocsSearchTool|GithubSearchTool|Youtube)/,
    "save what is to be searched as .pdf, .txt or .md and use PDFSearchTool, TXTSearchTool or DirectorySearchTool",
  ],
  [
    /^(SerpApi|Serply(Web|News|Scholar|Job)|Linkup|Parallel|BrightDataSearch|FirecrawlSearch|Oxylabs.*Search|TavilyResearch|TavilyGet)/,
    "use SerperDevTool, TavilySearchTool, BraveSearchTool or ExaSearchTool",
  ],
  [
    /(Scrap|Crawl|Browserbase|Hyperbrowser|WebUnlocker|WebpageToMarkdown|Spider|Stagehand|MultiOn|URLRead|TavilyExtractor|^Jina)/,
    'use ScrapeWebsiteTool for public pages, or a browser\'s MCP server in "mcps"',
  ],
  [
    /(MySQL|PGSearch|NL2SQL|SingleStore|Snowflake|Databricks|MongoDB|Qdrant|Weaviate|Couchbase|Oracle|DB2|AzureDocumentDB)/,
    'use the database\'s MCP server in "mcps"',
  ],
  [/(CodeInterpreter|E2B|Daytona)/, 'use the sandbox\'s MCP server in "mcps"'],
];

/** What a project can use instead of one of CrewAI's tools; undefined if nothing is similar. */
export function insteadOf(tool: string): string | undefined {
  return advice.find(([classes]) => classes.test(tool))?.[1];
}
