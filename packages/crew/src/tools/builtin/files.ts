import { mkdir, readdir, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { z } from "zod";
import { defineTool } from "../tool.ts";
import { capped, readText } from "./limits.ts";

const path = z.string().min(1).describe("Path inside the run's directory, for example notes/plan.md");

export const readFileTool = defineTool({
  name: "read_file",
  description: "Reads a text file of this run.",
  input: z.object({
    path,
    offset: z.number().int().min(0).default(0).describe("Characters to skip"),
  }),
  async run(args, { pathInRun, signal }) {
    const text = await readText(await pathInRun(args.path), args.path, signal);
    return capped(text.slice(args.offset), "Read on with a higher offset.");
  },
  cacheable: () => false,
});

export const writeFileTool = defineTool({
  name: "write_file",
  description: "Writes a text file of this run, in place of what was there. Missing folders are made.",
  input: z.object({ path, text: z.string().describe("The whole content") }),
  async run(args, { pathInRun, signal }) {
    const file = await pathInRun(args.path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, args.text, { signal });
    return `Wrote ${args.text.length} characters to ${args.path}.`;
  },
  cacheable: () => false,
});

export const listFilesTool = defineTool({
  name: "list_files",
  description: "Lists the files of this run, or of one of its folders.",
  input: z.object({ folder: z.string().default(".").describe("Folder inside the run's directory") }),
  async run({ folder }, { pathInRun }) {
    const root = await pathInRun(".");
    const entries = await readdir(await pathInRun(folder), { recursive: true, withFileTypes: true }).catch(() => []);
    const files = entries.filter((entry) => entry.isFile());
    const paths = files.map((entry) => relative(root, join(entry.parentPath, entry.name))).sort();
    return paths.length === 0
      ? `There are no files in "${folder}".`
      : capped(paths.join("\n"), "List a folder inside it.");
  },
  cacheable: () => false,
});
