import type { Tool } from "../tool.ts";
import { readCsvTool, readJsonTool } from "./data.ts";
import { fetchPageTool } from "./fetch-page.ts";
import { listFilesTool, readFileTool, writeFileTool } from "./files.ts";
import { searchTextTool } from "./search-text.ts";

/** Tools that need no key, by name. Those for files work in the run's directory, fetch_page with the host's guard. */
export const builtInTools: Readonly<Record<string, Tool>> = Object.fromEntries(
  [readFileTool, writeFileTool, listFilesTool, readCsvTool, readJsonTool, searchTextTool, fetchPageTool].map((tool) => [
    tool.name,
    tool,
  ]),
);
