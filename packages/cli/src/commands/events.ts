import { eventsPageSchema, type EventEnvelope } from "@crewstream/contracts";
import type { Command } from "commander";
import type { ApiClient } from "../api/api-client.ts";
import { followEvents } from "../api/follow-events.ts";
import { query, segment } from "../api/paths.ts";
import type { Io } from "../output/io.ts";
import { oneLine } from "../output/table.ts";
import { summarizeEvent } from "../watch/summarize-event.ts";
import { connect, withApiOptions, type ApiOptions } from "./api-command.ts";
import { wholeNumber } from "./values.ts";

interface EventsOptions extends ApiOptions {
  follow?: boolean;
  types?: string;
  after: number;
}

/** `crewstream events ID`: a run's events; with `--json` one envelope a line. */
export function addEventsCommand(program: Command, io: Io): void {
  withApiOptions(program.command("events <id>").description("Show the events of a run"))
    .option("-f, --follow", "continue until the run has ended")
    .option("--types <list>", "only these types, comma-separated; a prefix ends with *")
    .option("--after <sequence>", "start after this emission_sequence", wholeNumber, 0)
    .action(async (id: string, options: EventsOptions) => {
      const client = await connect(options, io);
      const events = options.follow === true ? follow(client, id, options, io) : readAll(client, id, options);
      for await (const event of events) {
        io.write(options.json === true ? `${JSON.stringify(event)}\n` : `${describeEvent(event, io)}\n`);
      }
    });
}

function follow(client: ApiClient, id: string, options: EventsOptions, io: Io): AsyncIterable<EventEnvelope> {
  const { after, types } = options;
  return followEvents(client, { executionId: id, after, types, signal: io.interrupted() });
}

/** Everything that has been published, page by page. */
async function* readAll(client: ApiClient, id: string, options: EventsOptions): AsyncGenerator<EventEnvelope> {
  let after: number | null = options.after;
  while (after !== null) {
    const path: string = `/api/v1/executions/${segment(id)}/events${query({ after, limit: 500, types: options.types })}`;
    const { events, next } = await client.get(path, eventsPageSchema);
    yield* events;
    // A run that goes on has a next page, empty for now.
    after = next === null || next <= after ? null : next;
  }
}

/** `  12 10:20:30.400 task_completed  research: …`. */
function describeEvent(event: EventEnvelope, { paint }: Io): string {
  const sequence = String(event.data.emission_sequence).padStart(4);
  const time = event.timestamp.slice(11, 23);
  const summary = oneLine(summarizeEvent(event)).slice(0, 200);
  return `${paint("gray", `${sequence} ${time}`)} ${paint("cyan", oneLine(event.type).padEnd(26))} ${summary}`.trimEnd();
}
