import { humanRequestsPageSchema } from "@crewstream/contracts";
import type { Command } from "commander";
import { readList } from "../api/read-list.ts";
import type { Io } from "../output/io.ts";
import { formatTable } from "../output/table.ts";
import { connect, withApiOptions, writeJson, type ApiOptions } from "./api-command.ts";
import { positiveNumber } from "./values.ts";

/** `crewstream questions`: pending human-input requests. */
export function addQuestionsCommand(program: Command, io: Io): void {
  withApiOptions(program.command("questions").description("List pending human-input requests"))
    .option("--limit <count>", "how many, newest run first", positiveNumber, 20)
    .action(async ({ limit, ...options }: ApiOptions & { limit: number }) => {
      const client = await connect(options, io);
      const path = "/api/v1/human-requests";
      const items = await readList(client, path, humanRequestsPageSchema, { limit, filters: {} });
      if (options.json === true) return writeJson(io, items);
      const rows = items.map((each) => [
        each.execution_id,
        each.automation,
        each.step,
        each.asked_at ?? "",
        each.message,
      ]);
      io.write(formatTable(["RUN", "AUTOMATION", "STEP", "ASKED", "QUESTION"], rows, io.columns));
      return undefined;
    });
}
