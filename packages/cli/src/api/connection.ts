import { join } from "node:path";
import { AppError, ErrorCode } from "@crewstream/contracts";
import type { Environment } from "@crewstream/service";
import { z } from "zod";
import { readJson } from "../start/private-files.ts";
import { firstToken, oldestToken, secretsSchema } from "../start/secrets.ts";

/** Which API a command talks to, and as whom. */
export interface Connection {
  url: string;
  token: string;
}

/** Where `crewstream start` leaves the address of its API, below the data folder. */
export const addressFile = "api.json";
const addressSchema = z.object({ url: z.url() });

/**
 * Finds the API: `--url`, `CREWSTREAM_URL`, the one that runs on this machine's data folder, or the default port; and
 * the token: `--token`, `CREWSTREAM_TOKEN`, `API_TOKENS`, or the one kept in the data folder, which is only ever sent
 * to this machine.
 * @throws AppError `unauthorized` when there is no token, `invalid_input` when the URL is invalid
 */
export async function resolveConnection(
  options: { url?: string | undefined; token?: string | undefined },
  env: Environment,
): Promise<Connection> {
  const dataDir = env["DATA_DIR"] || ".crewstream";
  const url = await findUrl(options.url || env["CREWSTREAM_URL"], dataDir, env["PORT"]);
  const given = options.token || env["CREWSTREAM_TOKEN"];
  const token = given || (isLoopback(url) ? await localToken(env["API_TOKENS"], dataDir) : undefined);
  if (token !== undefined && token !== "") return { url, token };
  throw new AppError(`There is no token for ${url}. Pass one with --token or CREWSTREAM_TOKEN.`, {
    code: ErrorCode.unauthorized,
  });
}

async function findUrl(given: string | undefined, dataDir: string, port: string | undefined): Promise<string> {
  if (given) {
    if (!/^https?:\/\//.test(given) || !URL.canParse(given)) {
      throw new AppError(`"${given}" is not a valid API address; expected one like http://127.0.0.1:3000.`, {
        code: ErrorCode.invalidInput,
      });
    }
    return given.replace(/\/+$/, "");
  }
  return localApiUrl(dataDir, port);
}

/** The API that runs on this machine's data folder, or else the address at which it would run. */
export async function localApiUrl(dataDir: string, port: string | undefined): Promise<string> {
  const running = await readJson(join(dataDir, addressFile), addressSchema);
  return running?.url ?? `http://127.0.0.1:${Number(port) || 3000}`;
}

async function localToken(list: string | undefined, dataDir: string): Promise<string | undefined> {
  if (list) return firstToken(list);
  const secrets = await readJson(join(dataDir, "secrets.json"), secretsSchema);
  return secrets && oldestToken(secrets.API_TOKENS);
}

function isLoopback(url: string): boolean {
  const { hostname } = new URL(url);
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d+){3}$/.test(hostname);
}
