import { z } from "zod";
import { errorMessage } from "@crewstream/contracts";
import { defineTool } from "../tool.ts";
import { parseCsv } from "./csv.ts";
import { capped, refused } from "./limits.ts";

const path = z.string().min(1).describe("Path inside the run's directory");

export const readCsvTool = defineTool({
  name: "read_csv",
  description: "Reads rows of a CSV file of this run as JSON objects, by its header line.",
  input: z.object({
    path,
    delimiter: z.string().length(1).default(","),
    columns: z.array(z.string()).default([]).describe("Only these columns; empty for all"),
    offset: z.number().int().min(0).default(0).describe("Rows to skip"),
    limit: z.number().int().min(1).max(1000).default(100),
  }),
  async run(args, { files, signal }) {
    const text = (await files.read(args.path, { signal })).toString("utf8");
    const [header = [], ...rows] = parseCsv(text, args.delimiter);
    const unknown = args.columns.filter((column) => !header.includes(column));
    if (unknown.length > 0) {
      throw refused(`There is no column ${unknown.join(", ")}; the columns are: ${header.join(", ")}`);
    }
    const wanted = args.columns.length > 0 ? args.columns : header;
    const shown = rows
      .slice(args.offset, args.offset + args.limit)
      .map((row) => Object.fromEntries(wanted.map((column) => [column, row[header.indexOf(column)] ?? ""])));
    const summary = { columns: header, total_rows: rows.length, offset: args.offset, rows: shown };
    return capped(JSON.stringify(summary, null, 1), "Ask for fewer columns, or fewer rows with limit and offset.");
  },
  cacheable: () => false,
});

export const readJsonTool = defineTool({
  name: "read_json",
  description: "Reads a JSON file of this run, or a part of it.",
  input: z.object({
    path,
    pointer: z.string().default("").describe("JSON Pointer of the part, for example /items/0/name; empty for all"),
  }),
  async run(args, { files, signal }) {
    const text = (await files.read(args.path, { signal })).toString("utf8");
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      throw refused(`"${args.path}" is no JSON: ${errorMessage(error)}`);
    }
    return capped(JSON.stringify(partAt(value, args.pointer), null, 1), "Ask for a part of it with pointer.");
  },
  cacheable: () => false,
});

/** The value at a JSON Pointer (RFC 6901). */
function partAt(value: unknown, pointer: string): unknown {
  let part = value;
  for (const segment of pointer.split("/").slice(1)) {
    const key = segment.replaceAll("~1", "/").replaceAll("~0", "~");
    if (typeof part !== "object" || part === null || !Object.hasOwn(part, key)) {
      throw refused(`There is nothing at ${pointer}: it ends at "${key}"`);
    }
    part = (part as Record<string, unknown>)[key];
  }
  return part;
}
