import { deliveriesPageSchema, deliveryStates, type Delivery } from "@crewstream/contracts";
import { Option, type Command } from "commander";
import { readList } from "../api/read-list.ts";
import type { Io } from "../output/io.ts";
import { formatTable } from "../output/table.ts";
import { connect, withApiOptions, writeJson, type ApiOptions } from "./api-command.ts";
import { positiveNumber } from "./values.ts";

interface DeliveriesOptions extends ApiOptions {
  state: string;
  execution?: string;
  endpoint?: string;
  limit: number;
}

/** `crewstream deliveries`: webhook requests that wait, failed, or were acknowledged. */
export function addDeliveriesCommand(program: Command, io: Io): void {
  withApiOptions(program.command("deliveries").description("List webhook deliveries in a state"))
    .addOption(new Option("--state <state>", "which").choices(deliveryStates).default("retrying"))
    .option("--execution <id>", "only those of this run")
    .option("--endpoint <id>", "only those to this endpoint")
    .option("--limit <count>", "how many", positiveNumber, 20)
    .action(async (options: DeliveriesOptions) => {
      const client = await connect(options, io);
      const { state, execution, endpoint, limit } = options;
      const filters = { state, execution_id: execution, endpoint };
      const items = await readList(client, "/api/v1/deliveries", deliveriesPageSchema, { limit, filters });
      if (options.json === true) return writeJson(io, items);
      io.write(formatTable(["ID", "TO", "EVENTS", "ATTEMPTS", "NEXT", "LAST OUTCOME"], items.map(row), io.columns));
      return undefined;
    });
}

function row(delivery: Delivery): string[] {
  const { id, origin, events, attempts, next_attempt_at: next, outcome, status, reason } = delivery;
  const last = [outcome, status, reason].filter((each) => each !== null).join(" ");
  return [id, origin, String(events), String(attempts), next ?? "", last];
}
