import { z } from "zod";
import { defineTool } from "../tool.ts";
import { capped } from "./limits.ts";

export const searchTextTool = defineTool({
  name: "search_text",
  description: "Finds lines that hold all of some words, in one file or all files of this run.",
  input: z.object({
    query: z.string().min(1).describe("Words that a line must hold, in any order and case"),
    path: z.string().default(".").describe("A file or folder inside the run's directory"),
    limit: z.number().int().min(1).max(200).default(50).describe("Lines at most"),
  }),
  async run({ query, path, limit }, { files, signal }) {
    const words = query.toLowerCase().split(/\s+/).filter(Boolean);
    const found: string[] = [];
    for (const file of (await files.list(path)) ?? []) {
      signal.throwIfAborted();
      // A file that is not text must not hide matches in the others.
      const text = await files.read(file, { signal }).then(String, () => "");
      for (const [index, line] of text.split("\n").entries()) {
        if (!words.every((word) => line.toLowerCase().includes(word))) continue;
        found.push(`${file}:${index + 1}: ${line.trim().slice(0, 400)}`);
        if (found.length >= limit) return capped([...found, `… stopped at ${limit} lines`].join("\n"), "");
      }
    }
    return found.length === 0
      ? "No line holds all of these words."
      : capped(found.join("\n"), "Search with more words.");
  },
  cacheable: () => false,
});
