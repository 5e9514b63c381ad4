import type { Tool } from "../tool.ts";
import { readCsvTool, readJsonTool } from "./data.ts";
import { fetchPageTool } from "./fetch-page.ts";
import { listFilesTool, readFileTool, writeFileTool } from "./files.ts";
import { braveNewsTool, braveSearchTool, exaSearchTool, tavilySearchTool } from "./search-apis.ts";
import { documentSearch, searchWebsiteTool } from "./search-documents.ts";
import { searchTextTool } from "./search-text.ts";
import { webSearchTool } from "./web-search.ts";

/** Tools by name. Those for files work in the run's directory, those for the web with the host's guard; only searches of the web need keys. */
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
