import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { AppError, ErrorCode } from "@crewstream/contracts";
import { machineEnvironment } from "../start/process-environment.ts";
import { findRedisServer, type RedisBinary } from "./find.ts";
import { installHint, parseOsRelease, type Machine } from "./install-hint.ts";

/**
 * Debian's `redis-tools` contains the server binary without the service, user and port 6379 that
 * `redis-server` would set up: nothing is started now or at the next boot.
 */
const debianPackage = "redis-tools";

export interface EnsureRedisOptions {
  /** Directories to look in, as in `PATH`. */
  searchPath: string;
  /** Receives a message about what is being done, if anything is installed. */
  say: (sentence: string) => void;
  machine?: Machine;
  /** Runs apt-get; replaced in tests. */
  aptGet?: (args: readonly string[]) => Promise<void>;
}

/**
 * Finds a usable Redis server binary, or on Debian and Ubuntu installs one with apt-get if run as root.
 * @throws AppError `configuration` with the command to run on this machine
 */
export async function ensureRedisServer(options: EnsureRedisOptions): Promise<RedisBinary> {
  const found = await findRedisServer(options.searchPath);
  if (found !== undefined) return found;

  const machine = options.machine ?? thisMachine();
  const canInstall = machine.isRoot && machine.distributions.some((id) => id === "debian" || id === "ubuntu");
  if (!canInstall) throw missingRedis(installHint(machine));

  options.say(`No Redis found: installing the package ${debianPackage} with apt-get (it sets up no service)`);
  await aptInstall(options.aptGet ?? aptGet);
  const installed = (await findRedisServer(options.searchPath)) ?? (await findRedisServer("/usr/bin"));
  if (installed === undefined) throw missingRedis("apt-get install -y redis-server");
  options.say(`Installed ${installed.product} ${installed.version}`);
  return installed;
}

/** Facts about the machine this runs on. */
export function thisMachine(): Machine {
  let osRelease = "";
  try {
    osRelease = readFileSync("/etc/os-release", "utf8");
  } catch {
    // Not a Linux distribution with /etc/os-release.
  }
  return {
    platform: process.platform,
    distributions: parseOsRelease(osRelease),
    isRoot: process.getuid?.() === 0,
  };
}

/** Package lists may be empty (fresh container) or outdated: then they are updated and the installation is tried again. */
async function aptInstall(apt: (args: readonly string[]) => Promise<void>): Promise<void> {
  const install = ["install", "-y", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=120", debianPackage];
  try {
    await apt(install);
  } catch {
    await apt(["update"]);
    await apt(install);
  }
}

function aptGet(args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn("apt-get", args, {
      env: { ...machineEnvironment(process.env), DEBIAN_FRONTEND: "noninteractive" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    const keep = (chunk: Buffer): void => {
      output = (output + chunk.toString()).slice(-2000);
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    child.once("error", (cause) => reject(aptFailed(args, cause.message)));
    child.once("close", (code) => (code === 0 ? resolve() : reject(aptFailed(args, output))));
  });
}

function aptFailed(args: readonly string[], output: string): AppError {
  return new AppError(`apt-get ${args.join(" ")} failed:\n${output.trim()}`, { code: ErrorCode.configuration });
}

function missingRedis(hint: string): AppError {
  return new AppError(
    `crewstream needs Redis 6.2 or newer, or Valkey, and found none on the PATH. Install one:\n\n    ${hint}\n\n` +
      "or set REDIS_URL=redis://host:6379 to use an existing one",
    { code: ErrorCode.configuration },
  );
}
