import type { Tool } from "../tool.ts";
import { readCsvTool, readJsonTool } from "./data.ts";
import { fetchPageTool } from "./fetch-page.ts";
import { listFilesTool, readFileTool, writeFileTool } from "./files.ts";
import { braveNewsTool, braveSearchTool, exaSearchTool, tavilySearchTool } from "./search-apis.ts";
import { documentSearch, searchWebsiteTool } from "./search-documents.ts";
import { searchTextTool } from "./search-text.ts";
import { webSearchTool } from "./web-search.ts";

/**
 * Tools by name. File tools work in the run's directory, web tools through the host's address guard; only web searches
 * need keys.
 */
export const builtInTools: Readonly<Record<string, Tool>> = Object.fromEntries(
  [
    readFileTool,
    writeFileTool,
    listFilesTool,
    readCsvTool,
    readJsonTool,
    searchTextTool,
    fetchPageTool,
    webSearchTool,
    tavilySearchTool,
    braveSearchTool,
    braveNewsTool,
    exaSearchTool,
    searchWebsiteTool,
    documentSearch("search_documents", "documents"),
  ].map((tool) => [tool.name, tool]),
);
