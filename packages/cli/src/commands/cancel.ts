import type { Command } from "commander";
import { z } from "zod";
import { segment } from "../api/shapes.ts";
import type { Io } from "../output/io.ts";
import { connect, withApiOptions, writeJson, type ApiOptions } from "./api-command.ts";

const answerSchema = z.looseObject({ id: z.string(), state: z.string(), cancelled: z.boolean() });

/** `crewstream cancel ID`: stops a run before its next step. */
export function addCancelCommand(program: Command, io: Io): void {
  withApiOptions(program.command("cancel <id>").description("Stop a run before its next step")).action(
    async (id: string, options: ApiOptions) => {
      const client = await connect(options, io);
      const answer = await client.post(`/api/v1/executions/${segment(id)}/cancel`, {}, answerSchema);
      if (options.json === true) return writeJson(io, answer);
      io.write(answer.cancelled ? `${answer.id} is being cancelled.\n` : `${answer.id} has ended: ${answer.state}.\n`);
      return undefined;
    },
  );
}
