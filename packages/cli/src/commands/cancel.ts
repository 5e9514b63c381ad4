import { cancelResponseSchema, hasEnded } from "@crewstream/contracts";
import type { Command } from "commander";
import { segment } from "../api/paths.ts";
import type { Io } from "../output/io.ts";
import { connect, withApiOptions, writeJson, type ApiOptions } from "./api-command.ts";

/** `crewstream cancel ID`: stops a run before its next step. */
export function addCancelCommand(program: Command, io: Io): void {
  withApiOptions(program.command("cancel <id>").description("Stop a run before its next step")).action(
    async (id: string, options: ApiOptions) => {
      const client = await connect(options, io);
      const answer = await client.post(`/api/v1/executions/${segment(id)}/cancel`, {}, cancelResponseSchema);
      if (options.json === true) return writeJson(io, answer);
      io.write(
        hasEnded(answer.state) ? `${answer.id} has ended: ${answer.state}\n` : `${answer.id} is being cancelled\n`,
      );
      return undefined;
    },
  );
}
