import { replayResponseSchema } from "@crewstream/contracts";
import { splitList } from "@crewstream/service";
import type { Command } from "commander";
import { segment } from "../api/paths.ts";
import type { Io } from "../output/io.ts";
import { connect, withApiOptions, writeJson, type ApiOptions } from "./api-command.ts";
import { positiveNumber, wholeNumber } from "./values.ts";

interface ReplayOptions extends ApiOptions {
  to?: string;
  bearer?: string;
  feed: number;
  types?: string[];
  first?: number;
  last?: number;
}

/** `crewstream replay ID`: deliver a run's events once more, as new deliveries. */
export function addReplayCommand(program: Command, io: Io): void {
  withApiOptions(program.command("replay <id>").description("Deliver a run's events again, as new deliveries"))
    .option("--to <url>", "send them to this URL instead; the feed's own secrets are not sent there")
    .option("--bearer <token>", "with --to: bearer token for it")
    .option("--feed <number>", "feed whose settings are used", wholeNumber, 0)
    .option("--types <list>", "these event types instead of the feed's, comma-separated", splitList)
    .option("--first <sequence>", "first emission_sequence", positiveNumber)
    .option("--last <sequence>", "last emission_sequence", positiveNumber)
    .action(async (id: string, options: ReplayOptions) => {
      const { to: url, bearer, feed, types, first: from, last: to } = options;
      const authentication = bearer === undefined ? undefined : { strategy: "bearer", token: bearer };
      const client = await connect(options, io);
      const body = { feed, url, authentication, types, from, to };
      const answer = await client.post(`/api/v1/executions/${segment(id)}/replay`, body, replayResponseSchema);
      if (options.json === true) writeJson(io, answer);
      else io.write(`Feed ${answer.feed} of ${answer.execution_id} delivers them\n`);
    });
}
