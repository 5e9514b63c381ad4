import { automationsPageSchema } from "@crewstream/contracts";
import type { Command } from "commander";
import type { Io } from "../output/io.ts";
import { formatTable } from "../output/table.ts";
import { connect, withApiOptions, writeJson, type ApiOptions } from "./api-command.ts";

/** `crewstream automations`: what can be kicked off. */
export function addAutomationsCommand(program: Command, io: Io): void {
  withApiOptions(program.command("automations").description("List automations and their inputs")).action(
    async (options: ApiOptions) => {
      const client = await connect(options, io);
      const { items } = await client.get("/api/v1/automations", automationsPageSchema);
      if (options.json === true) return writeJson(io, items);
      const rows = items.map(({ name, kind, workers, inputs, description }) => [
        name,
        kind,
        String(workers),
        inputs.join(" "),
        description,
      ]);
      io.write(formatTable(["NAME", "KIND", "WORKERS", "INPUTS", "DESCRIPTION"], rows, io.columns));
      return undefined;
    },
  );
}
