import { automationsPageSchema } from "@crewstream/contracts";
import type { Command } from "commander";
import type { Io } from "../output/io.ts";
import { formatTable } from "../output/table.ts";
import { connect, withApiOptions, writeJson, type ApiOptions } from "./api-command.ts";

const stateTexts = { ready: "ready", needs_setup: "needs setup", starting: "starting", failed: "failed" } as const;

/** `crewstream automations`: what can be kicked off. */
export function addAutomationsCommand(program: Command, io: Io): void {
  withApiOptions(program.command("automations").description("List automations and their inputs")).action(
    async (options: ApiOptions) => {
      const client = await connect(options, io);
      const { items } = await client.get("/api/v1/automations", automationsPageSchema);
      if (options.json === true) return writeJson(io, items);
      const rows = items.map(({ name, kind, state, workers, inputs, description, reason, fix }) => [
        name,
        kind ?? "",
        stateTexts[state],
        String(workers),
        inputs.join(" "),
        state === "ready" ? description : (fix ?? reason ?? ""),
      ]);
      io.write(formatTable(["NAME", "KIND", "STATE", "WORKERS", "INPUTS", "DESCRIPTION"], rows, io.columns));
      return undefined;
    },
  );
}
