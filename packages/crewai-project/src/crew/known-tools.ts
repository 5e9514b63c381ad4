import { fetchPageTool, listFilesTool, readFileTool, type Tool, writeFileTool } from "@crewstream/crew";
import {
  braveNewsTool,
  braveSearchTool,
  documentSearch,
  exaSearchTool,
  searchWebsiteTool,
  tavilySearchTool,
  webSearchTool,
} from "@crewstream/crew/parts";

interface NativeTool {
  tool: Tool;
  /** CrewAI's names of arguments, used by options and by flows, and our names for them. */
  names: Readonly<Record<string, string>>;
  /** The option that names a document or folder; one that belongs to the project is read when the project is loaded. */
  documents?: string;
}

const searched = { search_query: "query" };

/** CrewAI's tools that the runtime has too, by CrewAI's class name. Searches are by words, not by meaning. */
export const nativeTools: Readonly<Record<string, NativeTool>> = {
  FileReadTool: { tool: readFileTool, names: { file_path: "path" } },
  FileWriterTool: { tool: writeFileTool, names: { filename: "path", content: "text" } },
  DirectoryReadTool: { tool: listFilesTool, names: { directory: "folder" } },
  SerperDevTool: {
    tool: webSearchTool,
    names: { ...searched, n_results: "results", search_type: "kind" },
  },
  ScrapeWebsiteTool: { tool: fetchPageTool, names: { website_url: "url" } },
  WebsiteSearchTool: { tool: searchWebsiteTool, names: { website: "url", ...searched } },
  CSVSearchTool: searches("csv", "search_csv", "CSV files"),
  JSONSearchTool: searches("json_path", "search_json", "JSON files"),
  TXTSearchTool: searches("txt", "search_txt", "text files"),
  MDXSearchTool: searches("mdx", "search_mdx", "Markdown files"),
  XMLSearchTool: searches("xml", "search_xml", "XML files"),
  PDFSearchTool: searches("pdf", "search_pdf", "PDF files"),
  DirectorySearchTool: searches("directory", "search_directory", "the files of a folder"),
  TavilySearchTool: { tool: tavilySearchTool, names: themselves(tavilySearchTool) },
  BraveSearchTool: { tool: braveSearchTool, names: brave(braveSearchTool) },
  BraveWebSearchTool: { tool: braveSearchTool, names: brave(braveSearchTool) },
  BraveNewsSearchTool: { tool: braveNewsTool, names: brave(braveNewsTool) },
  ExaSearchTool: { tool: exaSearchTool, names: { ...themselves(exaSearchTool), ...searched } },
  EXASearchTool: { tool: exaSearchTool, names: { ...themselves(exaSearchTool), ...searched } },
};

function searches(option: string, name: string, what: string): NativeTool {
  return { tool: documentSearch(name, what), names: { [option]: "path", ...searched }, documents: option };
}

/** A tool whose arguments already have CrewAI's names. */
function themselves({ inputSchema }: Tool): Record<string, string> {
  return Object.fromEntries(Object.keys(inputSchema["properties"] as object).map((name) => [name, name]));
}

/** CrewAI's older names for them. */
function brave(tool: Tool): Record<string, string> {
  return { ...themselves(tool), query: "q", search_query: "q", n_results: "count", search_language: "search_lang" };
}

/** A tool that also accepts CrewAI's argument names, and does not ask the model for those that are set. */
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
  // CrewAI's FileWriterTool has a separate argument for the folder.
  const joined =
    typeof filename === "string" && typeof directory === "string"
      ? { filename: `${directory}/${filename}` }
      : { filename, directory };
  const entries = Object.entries({ ...rest, ...joined }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries.map(([name, value]) => [Object.hasOwn(names, name) ? names[name] : name, value]));
}

/** The class that a name stands for: `FileReadTool`, `FileRead`, `file_read` are the same, in any case. */
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
