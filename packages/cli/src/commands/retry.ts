import {
  AppError,
  bulkRetrySchema,
  deliveryActionSchema,
  ErrorCode,
  plural,
  type BulkRetry,
} from "@crewstream/contracts";
import { Option, type Command } from "commander";
import type { ApiClient } from "../api/api-client.ts";
import { segment } from "../api/paths.ts";
import type { Io } from "../output/io.ts";
import { connect, withApiOptions, writeJson, type ApiOptions } from "./api-command.ts";
import { wholeNumber } from "./values.ts";

interface RetryOptions extends ApiOptions {
  all?: "retrying" | "dead";
  execution?: string;
  endpoint?: string;
  outcome?: string;
  status?: number;
  reason?: string;
  dryRun?: boolean;
}

const lookEveryMs = 500;

/** `crewstream retry ID…`, or `--all dead` with filters: retries failed deliveries now. */
export function addRetryCommand(program: Command, io: Io): void {
  withApiOptions(program.command("retry [ids...]").description("Retry failed deliveries now"))
    .addOption(new Option("--all <state>", "all deliveries in this state").choices(["retrying", "dead"]))
    .option("--execution <id>", "with --all: only those of this run")
    .option("--endpoint <id>", "with --all: only those to this endpoint")
    .option("--outcome <outcome>", "with --all: only those whose last attempt had this outcome")
    .option("--status <code>", "with --all: only those whose last response had this status", wholeNumber)
    .option("--reason <text>", "with --all: only those that failed for this reason")
    .option("--dry-run", "with --all: only count them")
    .action(async (ids: string[], options: RetryOptions) => {
      if ((ids.length === 0) === (options.all === undefined)) {
        throw new AppError("Name deliveries to retry, or choose them with --all retrying or --all dead.", {
          code: ErrorCode.invalidInput,
        });
      }
      const client = await connect(options, io);
      if (options.all !== undefined) return retryAll(client, options, io);
      const results = [];
      for (const id of ids) {
        results.push(await client.post(`/api/v1/deliveries/${segment(id)}/retry`, {}, deliveryActionSchema));
        if (options.json !== true) io.write(`${id} is due now\n`);
      }
      if (options.json === true) writeJson(io, results);
      return undefined;
    });
}

/** Starts a bulk retry and waits for it to finish; it continues if the command is interrupted. */
async function retryAll(client: ApiClient, options: RetryOptions, io: Io): Promise<void> {
  const { all: state, execution, endpoint, outcome, status, reason, dryRun = false } = options;
  const filter = { state, execution_id: execution, endpoint, outcome, status, reason };
  let bulk = await client.post("/api/v1/deliveries/retry", { filter, dry_run: dryRun }, bulkRetrySchema);
  const interrupted = io.interrupted();
  while (bulk.state === "running" && bulk.id !== null && !interrupted.aborted) {
    io.remark(`${bulk.done} of ${bulk.total}\n`);
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
    bulk = await client.get(`/api/v1/deliveries/retry/${segment(bulk.id)}`, bulkRetrySchema);
  }
  if (options.json === true) writeJson(io, bulk);
  else io.write(`${describe(bulk)}\n`);
}

function describe({ state, total, done, skipped }: BulkRetry): string {
  if (state === "counted") return plural(total, "delivery matches", "deliveries match");
  if (state === "finished") {
    const left =
      skipped === 0 ? "" : `; ${skipped} not retried, because their endpoint is paused (see crewstream resume)`;
    return plural(done, "delivery is due now", "deliveries are due now") + left;
  }
  return `${done} of ${total} are due; the rest will follow`;
}
