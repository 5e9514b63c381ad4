import { executionsPageSchema } from "@crewstream/contracts";
import type { Command } from "commander";
import { readList } from "../api/read-list.ts";
import type { Io } from "../output/io.ts";
import { formatTable } from "../output/table.ts";
import { connect, withApiOptions, writeJson, type ApiOptions } from "./api-command.ts";
import { positiveNumber } from "./values.ts";

interface ExecutionsOptions extends ApiOptions {
  state?: string;
  automation?: string;
  limit: number;
}

/** `crewstream executions`: runs, newest first. */
export function addExecutionsCommand(program: Command, io: Io): void {
  withApiOptions(program.command("executions").description("List runs, newest first"))
    .option("--state <state>", "only runs in this state, e.g. failed")
    .option("--automation <name>", "only runs of this automation")
    .option("--limit <count>", "how many", positiveNumber, 20)
    .action(async (options: ExecutionsOptions) => {
      const client = await connect(options, io);
      const filters = { status: options.state, automation: options.automation };
      const items = await readList(client, "/api/v1/executions", executionsPageSchema, {
        limit: options.limit,
        filters,
      });
      if (options.json === true) return writeJson(io, items);
      const rows = items.map((each) => [
        each.id,
        each.automation,
        each.state,
        each.created_at,
        String(each.events),
        String(each.usage?.total_tokens ?? 0),
        each.error ?? "",
      ]);
      io.write(formatTable(["ID", "AUTOMATION", "STATE", "CREATED", "EVENTS", "TOKENS", "ERROR"], rows, io.columns));
      return undefined;
    });
}
