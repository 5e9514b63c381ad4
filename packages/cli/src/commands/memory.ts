import { forgottenSchema, memoriesPageSchema, type MemoryRecord } from "@crewstream/contracts";
import { Option, type Command } from "commander";
import { segment } from "../api/paths.ts";
import type { Io } from "../output/io.ts";
import { formatTable } from "../output/table.ts";
import { connect, withApiOptions, writeJson, type ApiOptions } from "./api-command.ts";

interface MemoryOptions extends ApiOptions {
  scope?: string;
  forget?: string;
  forgetAll?: boolean;
}

/** `crewstream memory NAME`: lists and deletes what an automation remembers. */
export function addMemoryCommand(program: Command, io: Io): void {
  withApiOptions(
    program
      .command("memory <automation>")
      .description("List what an automation remembers between runs, or forget it")
      .option("--scope <path>", "only memories at or below this path")
      .addOption(new Option("--forget <id>", "forget one memory").conflicts(["forgetAll", "scope"]))
      .option("--forget-all", "forget all memories, or those in --scope"),
  ).action(async (automation: string, options: MemoryOptions) => {
    const client = await connect(options, io);
    const path = `/api/v1/automations/${segment(automation)}/memory`;
    const query = options.scope === undefined ? "" : `scope=${encodeURIComponent(options.scope)}`;
    if (options.forget !== undefined || options.forgetAll === true) {
      const target = options.forget === undefined ? `${path}?${query}` : `${path}/${segment(options.forget)}`;
      const { forgotten } = await client.delete(target, forgottenSchema);
      if (options.json === true) writeJson(io, { forgotten });
      else io.write(`${forgotten} ${forgotten === 1 ? "memory is" : "memories are"} forgotten\n`);
      return;
    }
    const records: MemoryRecord[] = [];
    for (let cursor: string | null = ""; cursor !== null;) {
      const more: string = cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`;
      const page = await client.get(`${path}?limit=200${query === "" ? "" : `&${query}`}${more}`, memoriesPageSchema);
      records.push(...page.items);
      cursor = page.next_cursor;
    }
    if (options.json === true) return writeJson(io, records);
    const rows = records.map(({ id, created_at, importance, scope, content }) => [
      id,
      created_at,
      importance.toFixed(1),
      scope,
      content,
    ]);
    io.write(formatTable(["ID", "MADE", "IMPORTANCE", "SCOPE", "CONTENT"], rows, io.columns));
  });
}
