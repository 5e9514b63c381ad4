import { endpointSchema, endpointsPageSchema, type Endpoint } from "@crewstream/contracts";
import type { Command } from "commander";
import { endpointSegment } from "../api/endpoint-segment.ts";
import { readList } from "../api/read-list.ts";
import { milliseconds, percent } from "../output/figures.ts";
import type { Io } from "../output/io.ts";
import { formatTable } from "../output/table.ts";
import { connect, withApiOptions, writeJson, type ApiOptions } from "./api-command.ts";
import { positiveNumber } from "./values.ts";

const heading = ["ENDPOINT", "HEALTH", "IN FLIGHT", "RETRYING", "DEAD", "DELIVERED", "SUCCESS", "P95", "LAST FAILURE"];

/** `crewstream endpoints`: webhook endpoints, and their last 15 minutes. */
export function addEndpointsCommand(program: Command, io: Io): void {
  withApiOptions(program.command("endpoints").description("List webhook endpoints and their health"))
    .option("--limit <count>", "how many, most recently used first", positiveNumber, 20)
    .action(async (options: ApiOptions & { limit: number }) => {
      const client = await connect(options, io);
      const { limit } = options;
      const items = await readList(client, "/api/v1/endpoints", endpointsPageSchema, { limit, filters: {} });
      if (options.json === true) return writeJson(io, items);
      io.write(formatTable(heading, items.map(row), io.columns));
      return undefined;
    });
}

/** `crewstream pause ENDPOINT…`: nothing is sent there until it is resumed. */
export function addPauseCommand(program: Command, io: Io): void {
  addHoldCommand(program, io, { action: "pause", does: "Stop all deliveries to an endpoint", done: "is paused" });
}

/** `crewstream resume ENDPOINT…`: deliveries continue, even if the breaker is open or the endpoint sent `Retry-After`. */
export function addResumeCommand(program: Command, io: Io): void {
  const does = "Resume deliveries to an endpoint, even if its breaker is open or it sent Retry-After";
  addHoldCommand(program, io, { action: "resume", does, done: "is resumed" });
}

function addHoldCommand(program: Command, io: Io, words: { action: string; does: string; done: string }): void {
  withApiOptions(program.command(`${words.action} <endpoints...>`).description(words.does)).action(
    async (endpoints: string[], options: ApiOptions) => {
      // All names are resolved before the first one is acted on.
      const segments = endpoints.map(endpointSegment);
      const client = await connect(options, io);
      const results: Endpoint[] = [];
      for (const each of segments) {
        const endpoint = await client.post(`/api/v1/endpoints/${each}/${words.action}`, {}, endpointSchema);
        results.push(endpoint);
        if (options.json !== true) io.write(`${endpoint.origin} ${words.done}\n`);
      }
      if (options.json === true) writeJson(io, results);
    },
  );
}

function row({ origin, breaker, retrying, dead, recent, ...endpoint }: Endpoint): string[] {
  return [
    origin,
    endpoint.health,
    String(endpoint.in_flight),
    String(retrying),
    String(dead),
    String(recent.delivered),
    percent(recent.success_rate),
    milliseconds(recent.p95_ms),
    (endpoint.health === "failing" && breaker.state === "closed" ? endpoint.refusal : breaker.reason) ?? "",
  ];
}
