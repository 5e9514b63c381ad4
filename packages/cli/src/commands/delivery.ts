import { deliveryDetailSchema, plural, type AttemptView, type DeliveryDetail } from "@crewstream/contracts";
import type { Command } from "commander";
import { segment } from "../api/paths.ts";
import type { Io } from "../output/io.ts";
import { formatFacts, formatTable, oneLine } from "../output/table.ts";
import { connect, withApiOptions, writeJson, type ApiOptions } from "./api-command.ts";

/** `crewstream delivery ID`: one delivery with its attempts and what was answered. */
export function addDeliveryCommand(program: Command, io: Io): void {
  withApiOptions(
    program.command("delivery <id>").description("Show a delivery with its attempts and their responses"),
  ).action(async (id: string, options: ApiOptions) => {
    const client = await connect(options, io);
    const delivery = await client.get(`/api/v1/deliveries/${segment(id)}`, deliveryDetailSchema);
    if (options.json === true) writeJson(io, delivery);
    else io.write(describe(delivery, io.columns));
  });
}

function describe(delivery: DeliveryDetail, columns: number | undefined): string {
  const facts: (readonly [string, string])[] = [
    ["id", delivery.id],
    ["state", delivery.state],
    ["to", oneLine(delivery.url)],
    ["run", `${delivery.execution_id}, feed ${delivery.feed}`],
    ["events", eventsOf(delivery)],
    ["attempts", String(delivery.attempts)],
  ];
  if (delivery.next_attempt_at !== null) facts.push(["next", delivery.next_attempt_at]);
  const rows = delivery.attempt_log.map(row);
  const attempts = formatTable(["ATTEMPT", "AT", "TOOK", "OUTCOME", "ANSWER"], rows, columns);
  return formatFacts(facts) + (rows.length === 0 ? "" : `\n${attempts}`);
}

function eventsOf({ events, first }: DeliveryDetail): string {
  if (events === 0) return "none: it marks the end of its feed";
  return `${plural(events, "event")}, from ${first ?? "?"} on`;
}

function row({ attempt, at, duration_ms: ms, outcome, status, reason, response }: AttemptView): string[] {
  const answer = [status, reason, response].filter((each) => each !== null).join(" ");
  return [String(attempt), at, `${ms} ms`, outcome, answer];
}
