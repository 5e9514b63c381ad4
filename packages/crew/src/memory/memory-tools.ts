import { z } from "zod";
import { currentScope } from "../run/scope.ts";
import { defineTool, type Tool } from "../tools/tool.ts";
import type { Memory } from "./memory.ts";
import type { PendingSaves } from "./pending-saves.ts";
import { recall } from "./recall.ts";
import { remember } from "./remember.ts";
import { matchesText, type MemoryMatch } from "./score.ts";

const searchLimit = 20;

/** Models write a single text where a list is expected. */
const texts = (what: string) => z.union([z.array(z.string().min(1)).min(1), z.string().min(1)]).describe(what);
const listOf = (given: string[] | string): string[] => (typeof given === "string" ? [given] : given);

/** The tools with which an agent searches its memory and, unless it is read-only, adds to it. */
export function memoryTools(memory: Memory, saves?: PendingSaves): Tool[] {
  const search = defineTool({
    name: "search_memory",
    description:
      "Searches what was learnt in earlier work: facts, decisions, preferences, results. Takes one or more questions; to count or list things, ask several times in different words.",
    input: z.object({ queries: texts("Questions, or the words to look for") }),
    run: async ({ queries }) => {
      const scope = currentScope("search_memory");
      await saves?.drain();
      const found = new Map<string, MemoryMatch>();
      for (const [index, query] of listOf(queries).entries()) {
        const matches = await recall(scope.at(`query:${index}`), memory, { query, limit: searchLimit });
        for (const match of matches) if (!found.has(match.record.id)) found.set(match.record.id, match);
      }
      return found.size === 0 ? "No relevant memories found." : `Found memories:\n${matchesText([...found.values()])}`;
    },
  });
  if (memory.readOnly) return [search];
  const save = defineTool({
    name: "save_to_memory",
    description:
      "Remembers facts, decisions, observations or lessons for later work, one or more at once, each as a sentence that is understood by itself.",
    input: z.object({ contents: texts("What to remember") }),
    run: async ({ contents }) => {
      const list = listOf(contents);
      await remember(currentScope("save_to_memory").at("save"), memory, list);
      return `Saved ${list.length === 1 ? "it" : `${list.length} items`} to memory (scope=${memory.below}).`;
    },
  });
  return [search, save];
}
