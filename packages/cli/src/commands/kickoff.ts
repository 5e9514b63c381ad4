import { readFile } from "node:fs/promises";
import { AppError, ErrorCode, isObject, kickoffResponseSchema } from "@crewstream/contracts";
import { splitList } from "@crewstream/service";
import type { Command } from "commander";
import { segment } from "../api/paths.ts";
import type { Io } from "../output/io.ts";
import { watchRun } from "../watch/watch-run.ts";
import { connect, withApiOptions, writeJson, type ApiOptions } from "./api-command.ts";
import { describeExecution, exitCodeOfState } from "./status.ts";
import { keyValue, positiveNumber } from "./values.ts";

interface KickoffOptions extends ApiOptions {
  input?: Record<string, unknown>;
  inputsFile?: string;
  webhook?: string;
  events: string[];
  realtime?: boolean;
  maxDelay?: number;
  coalesce?: boolean;
  completion?: boolean;
  idempotencyKey?: string;
  watch?: boolean;
}

/** `crewstream kickoff NAME`: starts a run; with `--watch` shows it until it has ended and exits 3 when it failed. */
export function addKickoffCommand(program: Command, io: Io): void {
  withApiOptions(program.command("kickoff <automation>").description("Start a run of an automation"))
    .option("-i, --input <key=value>", "an input as text, or key:=json (repeat for more)", keyValue)
    .option("--inputs-file <file>", "a JSON object of inputs; - reads it from stdin")
    .option("--webhook <url>", "send the run's events there")
    .option("--events <list>", "which events, comma-separated", splitList, ["*"])
    .option("--realtime", "send each event at once instead of in batches")
    .option(
      "--max-delay <ms>",
      "send each event at once, or several together if the receiver cannot keep up",
      positiveNumber,
    )
    .option("--coalesce", "merge streamed chunks of one model response within a delivery")
    .option("--completion", "always end with a delivery that is marked as the last")
    .option("--idempotency-key <key>", "the same key returns the same run for 24 hours")
    .option("-w, --watch", "show the run until it has ended")
    .action(async (automation: string, options: KickoffOptions) => {
      const client = await connect(options, io);
      const response = await client.open("POST", `/automations/${segment(automation)}/kickoff`, {
        body: await kickoffBody(options, io),
        headers: options.idempotencyKey === undefined ? {} : { "idempotency-key": options.idempotencyKey },
      });
      const answer = kickoffResponseSchema.parse(await response.json());
      for (const warning of answer.warnings ?? []) io.remark(`warning: ${warning}\n`);
      if (options.watch !== true) {
        if (options.json === true) writeJson(io, answer);
        else io.write(`${answer.kickoff_id}\n`);
        return;
      }

      // With --json the tree goes to stderr, so that stdout contains only the result.
      io.remark(`${answer.kickoff_id}\n`);
      const viewIo = options.json === true ? { ...io, write: io.remark } : io;
      const execution = await watchRun(client, answer.kickoff_id, viewIo);
      if (execution === undefined) return;
      if (options.json === true) writeJson(io, execution);
      else io.write(`\n${describeExecution(execution)}`);
      process.exitCode = exitCodeOfState(execution.state);
    });
}

async function kickoffBody(options: KickoffOptions, io: Io): Promise<Record<string, unknown>> {
  const inputs = { ...(await readInputs(options.inputsFile, io)), ...options.input };
  const { webhook, events, maxDelay, coalesce, completion } = options;
  const realtime = maxDelay === undefined ? options.realtime === true : { max_delay_ms: maxDelay };
  const webhooks = { url: webhook, events, realtime, coalesce, completion };
  return { inputs, ...(webhook === undefined ? {} : { webhooks }) };
}

async function readInputs(file: string | undefined, io: Io): Promise<Record<string, unknown>> {
  if (file === undefined) return {};
  try {
    const parsed: unknown = JSON.parse(file === "-" ? await io.readInput() : await readFile(file, "utf8"));
    if (isObject(parsed)) return { ...parsed };
  } catch (error) {
    throw new AppError(`Cannot read the inputs from ${file}: ${String(error)}`, { code: ErrorCode.invalidInput });
  }
  throw new AppError(`${file} must contain a JSON object, such as {"topic": "webhooks"}.`, {
    code: ErrorCode.invalidInput,
  });
}
