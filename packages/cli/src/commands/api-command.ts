import type { Command } from "commander";
import { ApiClient } from "../api/api-client.ts";
import { resolveConnection } from "../api/connection.ts";
import type { Io } from "../output/io.ts";

/** Options of every command that talks to an API. */
export interface ApiOptions {
  url?: string;
  token?: string;
  json?: boolean;
}

/** Adds `--url`, `--token` and `--json`. */
export function withApiOptions(command: Command): Command {
  return command
    .option("--url <url>", "address of the API (CREWSTREAM_URL; default: the local one)")
    .option("--token <token>", "API token (CREWSTREAM_TOKEN; default: the local deployment's)")
    .option("--json", "print JSON");
}

/** The API that a command's options and the environment mean. */
export async function connect(options: ApiOptions, io: Io): Promise<ApiClient> {
  return new ApiClient(await resolveConnection(options, io.env));
}

/** Prints a value as JSON, readable. */
export function writeJson(io: Io, value: unknown): void {
  io.write(`${JSON.stringify(value, null, 2)}\n`);
}
