import { z } from "zod";
import { defineTool } from "../tool.ts";
import { capped } from "./limits.ts";

const path = z.string().min(1).describe("Path inside the run's directory, for example notes/plan.md");

export const readFileTool = defineTool({
  name: "read_file",
  description: "Reads a text file of this run.",
  input: z.object({
    path,
    offset: z.number().int().min(0).default(0).describe("Characters to skip"),
  }),
  async run(args, { files, signal }) {
    const text = (await files.read(args.path, { signal })).toString("utf8");
    return capped(text.slice(args.offset), "Read on with a higher offset.");
  },
  cacheable: () => false,
});

export const writeFileTool = defineTool({
  name: "write_file",
  description: "Writes a text file of this run, in place of what was there. Missing folders are made.",
  input: z.object({ path, text: z.string().describe("The whole content") }),
  async run(args, { files, signal }) {
    await files.write(args.path, args.text, { signal });
    return `Wrote ${args.text.length} characters to ${args.path}.`;
  },
  cacheable: () => false,
});

export const listFilesTool = defineTool({
  name: "list_files",
  description: "Lists the files of this run, or of one of its folders.",
  input: z.object({ folder: z.string().default(".").describe("Folder inside the run's directory") }),
  async run({ folder }, { files }) {
    const paths = (await files.list(folder)) ?? [];
    return paths.length === 0
      ? `There are no files in "${folder}".`
      : capped(paths.join("\n"), "List a folder inside it.");
  },
  cacheable: () => false,
});
