import { deliveryActionSchema } from "@crewstream/contracts";
import type { Command } from "commander";
import { segment } from "../api/paths.ts";
import type { Io } from "../output/io.ts";
import { connect, withApiOptions, writeJson, type ApiOptions } from "./api-command.ts";

/** `crewstream discard ID…`: discards failed deliveries for good. */
export function addDiscardCommand(program: Command, io: Io): void {
  withApiOptions(
    program.command("discard <ids...>").description("Discard failed deliveries: they are not retried any more"),
  ).action(async (ids: string[], options: ApiOptions) => {
    const client = await connect(options, io);
    const results = [];
    for (const id of ids) {
      results.push(await client.post(`/api/v1/deliveries/${segment(id)}/discard`, {}, deliveryActionSchema));
      if (options.json !== true) io.write(`${id} is discarded\n`);
    }
    if (options.json === true) writeJson(io, results);
  });
}
