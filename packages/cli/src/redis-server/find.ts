import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { AppError, ErrorCode } from "@crewstream/contracts";
import { launch } from "../processes/running-process.ts";
import { machineEnvironment } from "../start/process-environment.ts";

/** A Redis-compatible server binary, and how to run it. */
export interface RedisBinary {
  path: string;
  /** The name to run it under (argv[0]): Debian's single binary uses it to decide whether to be a server or a checker. */
  argv0: string;
  product: "redis" | "valkey";
  version: string;
}

/** BullMQ requires at least 5; `XAUTOCLAIM`, `COPY` and `GETDEL` require 6.2. */
export const minimumRedisVersion = "6.2.0";

/** In order of preference. Debian's `redis-tools` contains the whole server under the name of its checker. */
const candidates = [
  { file: "redis-server", argv0: "redis-server" },
  { file: "valkey-server", argv0: "valkey-server" },
  { file: "redis-check-rdb", argv0: "redis-server" },
] as const;

/**
 * The first usable Redis or Valkey server on a search path.
 * @param searchPath directories as in `PATH`
 * @returns undefined where there is none
 * @throws AppError `configuration` where there are only ones older than {@link minimumRedisVersion}
 */
export async function findRedisServer(searchPath: string): Promise<RedisBinary | undefined> {
  const tooOld: RedisBinary[] = [];
  for (const { file, argv0 } of candidates) {
    for (const directory of searchPath.split(delimiter).filter(Boolean)) {
      const binary = await inspect(join(directory, file), argv0);
      if (binary === undefined) continue;
      if (isAtLeast(binary.version, minimumRedisVersion)) return binary;
      tooOld.push(binary);
    }
  }
  const [old] = tooOld;
  if (old === undefined) return undefined;
  throw new AppError(
    `${old.path} is ${old.product} ${old.version}; crewstream needs Redis ${minimumRedisVersion} or newer, or any Valkey. ` +
      "Upgrade it, or set REDIS_URL to a newer server.",
    { code: ErrorCode.configuration },
  );
}

/** `Redis server v=7.0.15 sha=…` or `Valkey server v=8.0.1 …` as product and version; undefined for anything else. */
export function parseVersion(output: string): Pick<RedisBinary, "product" | "version"> | undefined {
  const match = /^(redis|valkey) server v=(\d+\.\d+\.\d+)/i.exec(output.trim());
  if (match?.[1] === undefined || match[2] === undefined) return undefined;
  return { product: match[1].toLowerCase() === "valkey" ? "valkey" : "redis", version: match[2] };
}

/** Compares dotted versions number by number. */
export function isAtLeast(version: string, minimum: string): boolean {
  const have = version.split(".").map(Number);
  const need = minimum.split(".").map(Number);
  for (const [index, part] of need.entries()) {
    const own = have[index] ?? 0;
    if (own !== part) return own > part;
  }
  return true;
}

async function inspect(path: string, argv0: string): Promise<RedisBinary | undefined> {
  try {
    await access(path, constants.X_OK);
    const lines: string[] = [];
    const onLine = (line: string): number => lines.push(line);
    const env = machineEnvironment(process.env);
    const running = await launch({ command: path, argv0, args: ["--version"], env, onLine });
    await running.exited;
    const parsed = parseVersion(lines.join("\n"));
    return parsed && { path, argv0, ...parsed };
  } catch {
    return undefined;
  }
}
