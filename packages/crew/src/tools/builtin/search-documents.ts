import { AppError, errorMessage } from "@crewstream/contracts";
import { z } from "zod";
import { formOf, textOf } from "../../knowledge/documents/document-text.ts";
import { documentLimits } from "../../knowledge/documents/limits.ts";
import { piecesOf, type KnowledgeSource } from "../../knowledge/knowledge.ts";
import { WordIndex } from "../../knowledge/word-index.ts";
import { defineTool, type Tool, type ToolContext } from "../tool.ts";
import { htmlText } from "./html-text.ts";
import { capped, refused } from "./limits.ts";

const query = z.string().min(1).describe("What to look for: passages that share words with it are found");
const chunkSize = 1500;
const passages = 5;
const maxPageBytes = 2 * 1024 * 1024;
const maxFiles = 200;

/** Passages of documents that match a question by words (BM25). */
export function passagesFor(question: string, sources: readonly KnowledgeSource[]): string {
  const index = new WordIndex(sources.flatMap((source) => piecesOf({ chunkSize, ...source })));
  const found = index.find(question, passages).map(({ source, text }) => `[${source}]\n${text}`);
  return capped(found.join("\n\n") || "Nothing shares a word with the question.", "Ask for something narrower.");
}

/** A tool that searches a document of the run, or all documents in one of its folders. */
export function documentSearch(name: string, what: string): Tool {
  return defineTool({
    name,
    description: `Finds the passages of ${what} that say something to a question.`,
    input: z.object({ query, path: z.string().default(".").describe("Path inside the run's directory") }),
    async run(args, { files, signal }) {
      const found = (await files.list(args.path))?.slice(0, maxFiles);
      if (found === undefined) throw refused(`There is no file "${args.path}"`);
      const sources: KnowledgeSource[] = [];
      for (const file of found) {
        signal.throwIfAborted();
        const text = await textAt(files, file, signal).catch((error: unknown) => {
          // An unreadable document must not hide matches in the others.
          if (found.length > 1) return "";
          throw AppError.is(error) ? error : refused(`"${args.path}" ${errorMessage(error)}`);
        });
        sources.push({ name: file, text });
      }
      return passagesFor(args.query, sources);
    },
    cacheable: () => false,
  });
}

/** The same over documents known in advance: those of a project. */
export function searchIn(tool: Tool, sources: readonly KnowledgeSource[]): Tool {
  const { name, description } = tool;
  return defineTool({
    name,
    description: `${description} Searched are: ${sources.map((source) => source.name).join(", ")}.`.slice(0, 1000),
    input: z.object({ query }),
    run: (args) => passagesFor(args.query, sources),
  });
}

export const searchWebsiteTool = defineTool({
  name: "search_website",
  description: "Finds the passages of a public web page that say something to a question.",
  input: z.object({ query, url: z.url({ protocol: /^https?$/ }).describe("The whole address, with https://") }),
  async run(args, { fetchPublic, signal }) {
    const page = await fetchPublic(args.url, { signal, maxBytes: maxPageBytes });
    if (page.status >= 400) throw refused(`${page.url} answered with HTTP ${page.status}`);
    return passagesFor(args.query, [{ name: page.url, text: htmlText(page.body) }]);
  },
});

async function textAt(files: ToolContext["files"], file: string, signal: AbortSignal): Promise<string> {
  return textOf(formOf(file) ?? "text_file", await files.read(file, { maxBytes: documentLimits.bytes, signal }));
}
