import { stripVTControlCharacters } from "node:util";
import { executionSchema, plural, type Execution } from "@crewstream/contracts";
import type { Command } from "commander";
import { segment } from "../api/paths.ts";
import { ExitCode } from "../exit-codes.ts";
import type { Io } from "../output/io.ts";
import { formatFacts, oneLine } from "../output/table.ts";
import { connect, withApiOptions, writeJson, type ApiOptions } from "./api-command.ts";

/** `crewstream status ID`: a run's state and result; exit code 3 when it has failed or was cancelled. */
export function addStatusCommand(program: Command, io: Io): void {
  withApiOptions(program.command("status <id>").description("Show the state of a run")).action(
    async (id: string, options: ApiOptions) => {
      const client = await connect(options, io);
      const execution = await client.get(`/api/v1/executions/${segment(id)}`, executionSchema);
      if (options.json === true) writeJson(io, execution);
      else io.write(describeExecution(execution));
      process.exitCode = exitCodeOfState(execution.state);
    },
  );
}

/** 3 for a run that has ended without success. */
export function exitCodeOfState(state: string | undefined): number {
  return state === "FAILED" || state === "REVOKED" ? ExitCode.runFailed : ExitCode.ok;
}

/** An execution's facts, one a line, and its result below. */
export function describeExecution(execution: Execution): string {
  const { progress, usage, result } = execution;
  const facts: (readonly [string, string])[] = [
    ["id", execution.id],
    ["automation", `${execution.automation} (${execution.kind})`],
    ["state", execution.state],
    ["created", execution.created_at],
  ];
  if (execution.ended_at !== null) facts.push(["ended", execution.ended_at]);
  if (progress !== null) facts.push(["progress", describeProgress(progress)]);
  facts.push(["events", String(execution.events)]);
  if (usage?.total_tokens) facts.push(["tokens", String(usage.total_tokens)]);
  if (execution.error !== null) facts.push(["error", oneLine(execution.error)]);
  if (execution.error_location !== null) facts.push(["at", oneLine(execution.error_location)]);
  const text = typeof result === "string" ? result : result === null ? "" : JSON.stringify(result, null, 2);
  const below = [execution.error_stack ?? "", text].filter((each) => each !== "");
  return formatFacts(facts) + below.map((each) => `\n${stripVTControlCharacters(each)}\n`).join("");
}

function describeProgress({ unit, completed, total, current }: NonNullable<Execution["progress"]>): string {
  const count = total === null ? `${plural(completed, unit)} done` : `${completed} of ${plural(total, unit)}`;
  return current === null ? count : `${count}, ${oneLine(current)}`;
}
